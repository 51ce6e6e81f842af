"""Who may be answered now: places are given out fairly between owners, in turn within each.

Fair queueing as in RFC 970: the next place goes to the owner who holds the fewest, then to the one
who was given his last one longest ago. So before the first question of whoever comes new, each of
the others gets at most one place, however many they have waiting. When too many wait, the longest
queue loses its last question ("longest queue drop", Suter et al., 1999): nobody fills it up for the
others.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections import Counter, deque
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from itertools import count
from typing import Protocol

from server.access.identity import Caller
from server.errors import BusyError
from server.settings import ServerSettings

FIRST_GUESS_S = 2.0
"""How long a question holds its place, before one has been answered."""
SMOOTHING = 0.2
"""How much the last question changes that."""
MOST_RETRY_S = 300


class Admission(Protocol):
    """Lets questions in. Used on the service's event loop only."""

    def place(
        self, caller: Caller, conversation: str | None = None
    ) -> AbstractAsyncContextManager[None]:
        """Wait for a place, and give it back at the end of the block.

        A conversation has one place at a time; None is one that nobody else knows of yet.

        Raises:
            BusyError: there is none; `Retry-After` says when to come again.
        """

    @property
    def running(self) -> int:
        """Questions that have a place."""

    @property
    def waiting(self) -> int:
        """Questions that wait for one."""


@dataclass(eq=False)
class _Waiting:
    """A question that waits; `may_enter` is False for one that is turned away."""

    owner: str
    conversation: str | None
    may_enter: asyncio.Future[bool]
    has_place: bool = False


class FairAdmission:
    """As `Admission`, between owners.

    Args:
        settings: `max_running`, `max_waiting` (of all owners together) and `max_wait_s`.
        clock: seconds, from anywhere.
    """

    def __init__(
        self, settings: ServerSettings, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._most_running = settings.max_running
        self._most_waiting = settings.max_waiting
        self._max_wait_s = settings.max_wait_s
        self._clock = clock
        self._queues: dict[str, deque[_Waiting]] = {}
        """What waits, by owner; no queue is empty."""
        self._places: Counter[str] = Counter()
        self._conversations: set[str] = set()
        """Those that have a place."""
        self._given = count(1)
        self._last: dict[str, int] = {}
        """The number of the last place that an owner was given."""
        self._held_s = FIRST_GUESS_S

    @property
    def running(self) -> int:
        """As `Admission.running`."""
        return self._places.total()

    @property
    def waiting(self) -> int:
        """As `Admission.waiting`."""
        return sum(map(len, self._queues.values()))

    @asynccontextmanager
    async def place(self, caller: Caller, conversation: str | None = None) -> AsyncIterator[None]:
        """As `Admission.place`."""
        waiting = _Waiting(caller.owner, conversation, asyncio.get_running_loop().create_future())
        try:
            await self._enter(waiting)
            since = self._clock()
            yield
            self._held_s += SMOOTHING * (self._clock() - since - self._held_s)
        finally:
            self._leave(waiting)

    async def _enter(self, waiting: _Waiting) -> None:
        self._queues.setdefault(waiting.owner, deque()).append(waiting)
        self._give()
        if self.waiting > self._most_waiting:
            self._turn_one_away(waiting.owner)
        try:
            async with asyncio.timeout(self._max_wait_s):
                may_enter = await waiting.may_enter
        except TimeoutError:
            may_enter = False
        if not may_enter:
            self._leave(waiting)
            raise self._busy(waiting.owner)

    def _leave(self, waiting: _Waiting) -> None:
        """Whether it has its place, waits for one, or neither any more."""
        if waiting.has_place:
            waiting.has_place = False
            self._places[waiting.owner] -= 1
            if waiting.conversation is not None:
                self._conversations.remove(waiting.conversation)
        elif waiting in self._queues.get(waiting.owner, ()):
            self._take_off(waiting)
        self._give()

    def _give(self) -> None:
        """Give out what is free."""
        while self.running < self._most_running and (first := self._first()) is not None:
            self._take_off(first)
            self._places[first.owner] += 1
            self._last[first.owner] = next(self._given)
            if first.conversation is not None:
                self._conversations.add(first.conversation)
            first.has_place = True
            first.may_enter.set_result(True)

    def _first(self) -> _Waiting | None:
        """Whose turn it is; None where nobody waits, or only for conversations with a place."""
        by_turn = sorted(self._queues, key=lambda o: (self._places[o], self._last.get(o, 0)))
        waiting = (one for owner in by_turn for one in self._queues[owner])
        return next((one for one in waiting if self._can_enter(one)), None)

    def _can_enter(self, one: _Waiting) -> bool:
        return not one.may_enter.done() and one.conversation not in self._conversations

    def _turn_one_away(self, newcomer: str) -> None:
        """The last one of the longest queue; of queues as long, of the newcomer's."""
        longest = max(self._queues, key=lambda o: (len(self._queues[o]), o == newcomer))
        last = self._queues[longest][-1]
        self._take_off(last)
        if not last.may_enter.done():
            last.may_enter.set_result(False)

    def _take_off(self, one: _Waiting) -> None:
        queue = self._queues[one.owner]
        queue.remove(one)
        if not queue:
            del self._queues[one.owner]

    def _busy(self, owner: str) -> BusyError:
        """What is said to an owner: come again when what is before its next question is done."""
        own = len(self._queues.get(owner, ()))
        before = min(self.waiting, own * len(self._queues)) + 1
        seconds = math.ceil(before * self._held_s / self._most_running)
        return BusyError(
            "too many questions are being answered; ask again later",
            code="busy",
            headers={"Retry-After": str(min(max(seconds, 1), MOST_RETRY_S))},
        )
