"""What a training says while it runs, and when it is stopped."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def say(line: str) -> None:
    """Print a line at once, so that a log file shows it."""
    print(line, flush=True)


@contextmanager
def resumable(work: Path) -> Iterator[None]:
    """Let Ctrl-C end a training with a word instead of a trace."""
    try:
        yield
    except KeyboardInterrupt:
        say(f"stopped; the same command goes on from the last checkpoint in {work}")
        sys.exit(130)
