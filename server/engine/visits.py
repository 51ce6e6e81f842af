"""Being in a conversation without a question, until a deadline or until somebody ends it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio

from server.errors import DeadlineError


class Visit:
    """What is done in one block, `within`. Used on the service's event loop only.

    Args:
        owner: whose it is.
        conversation: where, as soon as that is known.
    """

    def __init__(self, owner: str, conversation: str | None) -> None:
        self.owner = owner
        self.conversation = conversation
        self.done = asyncio.Event()
        self._limit: asyncio.Timeout | None = None
        self._error: Exception | None = None

    @asynccontextmanager
    async def within(self, until: float) -> AsyncIterator[None]:
        """Cancels what is awaited in the block beyond that moment, or when it is ended.

        Raises:
            DeadlineError: it took too long; or what it was ended with.
        """
        try:
            async with deadline(until) as self._limit:
                yield
        except DeadlineError:
            raise (self._error or too_late()) from None
        finally:
            self.done.set()

    async def end(self, error: Exception, conversation: str | None = None) -> bool:
        """End it if it is in that conversation (None: any), and wait for that; whether it is."""
        if conversation not in (None, self.conversation):
            return False
        self._error = self._error or error
        if self._limit is not None and not self._limit.expired():
            self._limit.reschedule(asyncio.get_running_loop().time())
        with anyio.CancelScope(shield=True):
            await self.done.wait()
        return True


@asynccontextmanager
async def deadline(until: float) -> AsyncIterator[asyncio.Timeout]:
    """Raises `DeadlineError` for what is awaited in it beyond that moment (`time.monotonic`)."""
    limit = asyncio.timeout(until - time.monotonic())
    try:
        async with limit:
            yield limit
    except TimeoutError:
        if not limit.expired():
            raise
        raise too_late() from None


def too_late() -> DeadlineError:
    """What is said when it took too long."""
    return DeadlineError("this took too long; ask again, or about less", code="timeout")
