"""Policies in Rego, decided in process."""
