"""Trains the built-in detector."""
