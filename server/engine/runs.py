"""One run of the agent for all who ask the same while it goes on.

Each of them (an `Asker`) hears all of it from the beginning, and gets a turn of its own. A run ends
early when the last of them has gone. What a run does is `server.engine.engine`'s.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import Any

import anyio

from agent.events import Event
from server.engine.opening import Ask, Opened
from server.store.records import new_id
from tools.evidence import PictureRef


@dataclass(frozen=True)
class Began:
    """The first event: the conversation is open, and this will be the turn's id."""

    conversation: str
    turn: str
    pictures: tuple[PictureRef, ...] = ()
    """All of the conversation, those of this question last."""


@dataclass(eq=False)
class Asker:
    """Who waits for a run, and where its turn will be kept."""

    turn: str = field(default_factory=lambda: new_id("turn"))
    opened: Opened | None = None
    """For all but one, the same session under the id of a conversation that begins with this."""
    _news: asyncio.Queue[Began | Event | Exception | None] = field(default_factory=asyncio.Queue)

    def begin(self, opened: Opened) -> None:
        """Say that the conversation is open."""
        self.opened = opened
        pictures = tuple(picture.ref for picture in opened.session.pictures)
        self._news.put_nowait(Began(opened.conversation, self.turn, pictures))

    def tell(self, news: Event | Exception | None) -> None:
        """An event, an error that ends it, or None: that was all."""
        self._news.put_nowait(news)

    async def events(self) -> AsyncIterator[Began | Event]:
        """All of it; raises what ended it."""
        while (news := await self._news.get()) is not None:
            if isinstance(news, Exception):
                raise news
            yield news


class Run:
    """A run that has begun. Used on the service's event loop only.

    Args:
        ask: what is asked.
        work: what it does, given the run; it calls `open`, `tell` and `storing`.
    """

    def __init__(self, ask: Ask, work: Callable[[Run], Awaitable[None]]) -> None:
        self.ask = ask
        self._askers: list[Asker] = []
        self._opened: Opened | None = None
        self._told: list[Event] = []
        self._storing: asyncio.Future[None] | None = None
        self.task = asyncio.ensure_future(work(self))
        self.task.add_done_callback(self._ended)

    @property
    def owner(self) -> str:
        """Whose it is."""
        return self.ask.caller.owner

    @property
    def askers(self) -> tuple[Asker, ...]:
        """Who waits for it now, the first one first."""
        return tuple(self._askers)

    def join(self) -> Asker:
        """One more who asks; hears at once what was told so far."""
        asker = Asker()
        self._askers.append(asker)
        if self._opened is not None:
            asker.begin(_anew(self._opened))
        for event in self._told:
            asker.tell(event)
        return asker

    def open(self, opened: Opened) -> None:
        """The session is ready: the first asker's turn is the next one of its conversation."""
        self._opened = opened
        for asker in self._askers:
            asker.begin(opened if asker is self._askers[0] else _anew(opened))

    def tell(self, event: Event) -> None:
        """Tell all askers, those that are yet to come, too."""
        self._told.append(event)
        for asker in self._askers:
            asker.tell(event)

    async def leave(self, asker: Asker) -> None:
        """One has gone; with the last one goes the run."""
        if asker in self._askers:
            self._askers.remove(asker)
        await self._end_if_left()

    async def end(self, error: Exception, conversation: str | None = None) -> bool:
        """End it for askers of a conversation (None: for all of them); whether there were any.

        When this returns nothing more is stored for them.
        """
        ended = [asker for asker in self._askers if conversation in (None, self._place_of(asker))]
        for asker in ended:
            asker.tell(error)
            self._askers.remove(asker)
        if ended:
            await self._end_if_left()
        if self._storing is not None:
            await asyncio.wait({self._storing})
        return bool(ended)

    async def storing(self, store: Callable[..., None], *args: Any) -> None:
        """Store in a thread; from now on nobody joins."""
        self._storing = asyncio.ensure_future(asyncio.to_thread(store, *args))
        await to_the_end(self._storing)

    @property
    def is_open(self) -> bool:
        """Whether who asks the same may still join; who names a conversation wants his own turn."""
        is_over = self._storing is not None or self.task.done() or not self._askers
        return self.ask.conversation is None and not is_over

    def _place_of(self, asker: Asker) -> str | None:
        return asker.opened.conversation if asker.opened else self.ask.conversation

    async def _end_if_left(self) -> None:
        if not self._askers and not self.task.done():
            self.task.cancel()
            with anyio.CancelScope(shield=True):  # anyio's scopes cancel each further wait, too
                await asyncio.wait({self.task})

    def _ended(self, task: asyncio.Future[None]) -> None:
        error = None if task.cancelled() else task.exception()
        assert error is None or isinstance(error, Exception)
        for asker in self._askers:
            asker.tell(error)


def _anew(opened: Opened) -> Opened:
    """The same in a conversation of its own, which begins with what was there."""
    return replace(opened, conversation=new_id("conv"), begins=True, position=0)


async def to_the_end(work: asyncio.Future[None]) -> None:
    """Wait until it is done, whoever goes away meanwhile."""
    try:
        await asyncio.shield(work)
    except asyncio.CancelledError:
        with anyio.CancelScope(shield=True):  # anyio's scopes cancel each further wait, too
            await asyncio.wait({work})
        raise
