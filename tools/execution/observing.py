"""What a runner tells of its work, to whoever measures; tools know nothing of it."""

from __future__ import annotations

from typing import Literal, Protocol

CallStatus = Literal["ok", "cached", "error", "cancelled"]


class RunObserver(Protocol):
    """Is told, from any thread; must neither block nor raise."""

    def called(self, tool: str, status: CallStatus, elapsed_s: float) -> None:
        """A call ended; the time has its waiting."""

    def ran(self, tool: str, calls: int, elapsed_s: float) -> None:
        """The tool ran once, for so many calls together."""
