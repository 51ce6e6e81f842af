"""The time that one question has, and how much of it the tools may take."""

from __future__ import annotations

import time
from collections.abc import Callable

TOOLS_SHARE = 0.75
"""The part of the time in which tools run; the rest is for an answer from what is there."""


class Deadline:
    """Counts down from `seconds`, beginning now."""

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._began = clock()
        self._seconds = seconds

    @property
    def left(self) -> float:
        """Seconds until the question ends with what is there."""
        return self._left(1.0)

    @property
    def left_for_tools(self) -> float:
        """Seconds until no tool is waited for any more."""
        return self._left(TOOLS_SHARE)

    def _left(self, share: float) -> float:
        return max(self._began + share * self._seconds - self._clock(), 0.0)
