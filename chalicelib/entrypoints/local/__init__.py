"""The local server: the same Chalice app on a port of this machine, no account needed."""
