"""Where requests come in: thin, they translate and nothing else."""
