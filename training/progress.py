"""What a training says while it runs."""

from __future__ import annotations


def say(line: str) -> None:
    """Print a line at once, so that a log file shows it."""
    print(line, flush=True)
