"""A circuit breaker: what failed to answer several times in a row is not asked for a while."""

from __future__ import annotations

import time
from collections.abc import Callable

BREAKS_AFTER = 3
PAUSE_S = 60.0


class CircuitBreaker:
    """Counts time-outs in a row; any answer in time closes the circuit.

    Args:
        after: so many time-outs open it.
        pause_s: seconds for which it stays open; then one more is tried, and opens it again.
    """

    def __init__(
        self,
        after: int = BREAKS_AFTER,
        pause_s: float = PAUSE_S,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._after = after
        self._pause_s = pause_s
        self._clock = clock
        self._until = 0.0
        self.timeouts = 0
        """In a row, up to now."""

    @property
    def has_tripped(self) -> bool:
        """Whether nothing came in time since the circuit opened."""
        return self.timeouts >= self._after

    @property
    def is_open(self) -> bool:
        """Whether it is not to be asked now."""
        return self.has_tripped and self._clock() < self._until

    def timed_out(self) -> None:
        """No answer came in time."""
        self.timeouts += 1
        self._until = self._clock() + self._pause_s

    def answered(self) -> None:
        """An answer came in time, whatever it was."""
        self.timeouts = 0
