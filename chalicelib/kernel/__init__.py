"""The event-sourcing kernel: pure Python, standard library only."""
