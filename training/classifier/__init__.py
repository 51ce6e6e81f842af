"""Trains the built-in product classifier."""
