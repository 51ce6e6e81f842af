"""Weights: where they lie, whether they are the right ones, how they get here."""
