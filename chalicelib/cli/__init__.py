"""The command line, ``nexus``: looks into a data folder, and tells a running system what to do."""
