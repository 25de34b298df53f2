"""Errors, events, settings and paths: what every other room may lean on. No Qt, no torch."""
