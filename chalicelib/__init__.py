"""Nexus Blueprint: a governance-first, event-sourced CQRS platform."""
