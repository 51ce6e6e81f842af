"""Runs that were written down, and what is made of them."""
