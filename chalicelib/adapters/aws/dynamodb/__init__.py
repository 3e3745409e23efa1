"""The tables: one module each, and how they are called."""
