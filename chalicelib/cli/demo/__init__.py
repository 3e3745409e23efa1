"""``nexus demo``: what must never go through, tried for real on a system that runs for it alone."""
