"""What runs vision tools, wherever they run: addressed by a tool's name and a picture's handle.

`tools.execution.local` runs them in this process. A runner on other machines needs no more than
this: pixels go to it once, under the picture's hash.
"""

from __future__ import annotations

import math
from typing import Any, Protocol

from tools.evidence import PictureRef, Region, ToolReport
from tools.execution.observing import RunObserver
from tools.pictures.store import Picture


class Runner(Protocol):
    """Runs calls of a set of tools."""

    @property
    def names(self) -> list[str]:
        """The tools' names, in the order in which they are offered."""

    @property
    def troubles(self) -> dict[str, str]:
        """Tools that do not answer in time, and what is known of each, in words."""

    def know(self, picture: Picture) -> None:
        """Take a picture's pixels, so that calls may name it; kept no longer than the picture."""

    async def call(
        self,
        name: str,
        arguments: dict[str, Any],
        *,
        picture: PictureRef,
        region: Region | None,
        within_s: float = math.inf,
    ) -> tuple[ToolReport, bool]:
        """Run one call; returns the report and whether it came from a cache.

        Args:
            within_s: seconds that the caller can wait; the runner's own time-out may be shorter.

        Raises:
            ToolError: wrong arguments, the tool failed, or it took longer than may be.
            KeyError: a picture that is not known.
        """

    def close(self) -> None:
        """Stop the workers; calls that wait are dropped."""


class SharedRunner(Runner, Protocol):
    """A runner that several owners share, none of whom learns what another has looked at."""

    observers: list[RunObserver]
    """Are told of every call and every run of a tool."""

    def of(self, owner: str) -> Runner:
        """The same workers; results that are kept, or being made, are this owner's alone."""

    def forget(self, owner: str) -> None:
        """Delete the results that are kept for an owner; blocks."""
