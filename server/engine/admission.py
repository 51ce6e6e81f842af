"""Who may be answered now: so many at once, so many waiting, the rest is told to come again."""

from __future__ import annotations

import asyncio
from typing import Protocol

from server.access.identity import Caller
from server.errors import BusyError
from server.settings import ServerSettings

RETRY_AFTER_S = 5


class Admission(Protocol):
    """Lets questions in. Used on the service's event loop only."""

    async def enter(self, caller: Caller) -> None:
        """Wait for a place.

        Raises:
            BusyError: there is none; `Retry-After` says when to come again.
        """

    def leave(self, caller: Caller) -> None:
        """Give the place back; called once for each `enter` that returned."""


class BoundedAdmission:
    """First come, first served, whoever asks.

    Args:
        settings: `max_running`, `max_waiting` and `max_wait_s`.
    """

    def __init__(self, settings: ServerSettings) -> None:
        self._places = asyncio.Semaphore(settings.max_running)
        self._most_waiting = settings.max_waiting
        self._max_wait_s = settings.max_wait_s
        self._waiting = 0

    async def enter(self, caller: Caller) -> None:
        """As `Admission.enter`."""
        del caller
        if self._places.locked() and self._waiting >= self._most_waiting:
            raise _busy()
        self._waiting += 1
        try:
            async with asyncio.timeout(self._max_wait_s):
                await self._places.acquire()
        except TimeoutError:
            raise _busy() from None
        finally:
            self._waiting -= 1

    def leave(self, caller: Caller) -> None:
        """As `Admission.leave`."""
        del caller
        self._places.release()


def _busy() -> BusyError:
    return BusyError(
        "too many questions are being answered; ask again in a few seconds",
        code="busy",
        headers={"Retry-After": str(RETRY_AFTER_S)},
    )
