"""What is being done now, so that it can be ended: for a deletion, or when the service stops."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress

from server.engine.runs import Run
from server.engine.visits import Visit
from server.errors import BusyError, ConflictError, DeletedError

CHECK_S = 0.1
"""How often it is looked at whether all is done."""
STARTS_AGAIN_S = 10
"""In how many seconds a service that stops has been started again, more or less."""


class UnderWay:
    """Runs and visits. Used on the service's event loop only."""

    def __init__(self) -> None:
        self._works: set[Run | Visit] = set()
        self._deleting: Counter[str] = Counter()
        self.is_stopping = False
        """Whether nothing begins any more."""

    def __len__(self) -> int:
        return len(self._works)

    @property
    def runs(self) -> Iterator[Run]:
        """The questions among it."""
        return (work for work in self._works if isinstance(work, Run))

    def check(self, owner: str) -> None:
        """Whether anything may begin for an owner.

        Raises:
            BusyError: the service is being stopped.
            ConflictError: all that is the owner's is being deleted.
        """
        if self.is_stopping:
            raise _stopping()
        if self._deleting[owner]:
            raise ConflictError("your data is being deleted; ask when that is done")

    def add(self, work: Run | Visit) -> None:
        """Something has begun."""
        self._works.add(work)

    def remove(self, work: Run | Visit) -> None:
        """It is over."""
        self._works.discard(work)

    @asynccontextmanager
    async def deleting(self, owner: str, conversation: str | None) -> AsyncIterator[bool]:
        """The block deletes a conversation (None: all that is the owner's).

        What was under way there has ended with `DeletedError`, and is not stored after the block
        begins; the value is whether there was something.
        """
        everything = int(conversation is None)
        self._deleting[owner] += everything
        try:
            mine = [work for work in self._works if work.owner == owner]
            ended = await asyncio.gather(*(work.end(DeletedError(), conversation) for work in mine))
            yield any(ended)
        finally:
            self._deleting[owner] -= everything

    async def drain(self, within_s: float) -> None:
        """Nothing begins any more; what is under way may finish, then it is ended."""
        self.is_stopping = True
        with suppress(TimeoutError):
            async with asyncio.timeout(within_s):
                while self._works:
                    await asyncio.sleep(CHECK_S)
        await asyncio.gather(*(work.end(_stopping()) for work in list(self._works)))


def _stopping() -> BusyError:
    return BusyError(
        "the service is being stopped; ask again soon",
        code="stopping",
        headers={"Retry-After": str(STARTS_AGAIN_S)},
    )
