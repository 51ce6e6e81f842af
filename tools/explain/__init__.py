"""Overlays of evidence on pictures; never new claims."""
