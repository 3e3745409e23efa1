"""What makes an event governed: its schema, the policies, its provenance."""
