"""The platform's use cases, over ports; no vendor is known here."""
