"""Pages for people: each is one document with its own style and script, and loads nothing else."""
