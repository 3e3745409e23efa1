"""Everything on one machine: SQLite behind each port, and a pump instead of Lambda."""
