"""Answers questions: waits for a place, opens the conversation, asks, stores, then says so.

Acknowledged is stored: `Answered` is passed on when the turn and the conversation's snapshot are on
the disk, in one transaction (of a question whose turn is to be kept). Whatever ends a question
before that leaves the conversation as it was.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from typing import ParamSpec
from weakref import WeakValueDictionary

import anyio

from agent import VisualAgent
from agent.answer import Answer
from agent.events import Answered, Event
from agent.loop.unasked import without_picture
from agent.session import Session
from server.access.identity import Caller
from server.engine.admission import Admission
from server.engine.opening import Ask, Opened, Opener
from server.engine.transcripts import Said, after
from server.errors import DeadlineError
from server.observing.observer import Observer
from server.pictures.intake import DAY_S, Handle, Intake
from server.settings import ServerSettings
from server.store import Owned, Store
from server.store.records import LookRecord, TurnRecord, new_id
from tools.evidence import PictureRef

P = ParamSpec("P")


@dataclass(frozen=True)
class Began:
    """The first event: the conversation is open, and this will be the turn's id."""

    conversation: str
    turn: str
    pictures: tuple[PictureRef, ...] = ()
    """All of the conversation, those of this question last."""


@dataclass(frozen=True)
class Done:
    """A question that was answered, and where that is stored."""

    conversation: str
    turn: str
    answer: Answer


class Engine:
    """Answers questions of many callers on the service's event loop."""

    def __init__(
        self,
        settings: ServerSettings,
        agent: VisualAgent,
        store: Store,
        intake: Intake,
        admission: Admission,
        *,
        observer: Observer | None = None,
    ) -> None:
        self._settings = settings
        self._store = store
        self._admission = admission
        self._observer = observer or Observer()
        self._opener = Opener(settings, agent, intake)
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def ask(self, ask: Ask) -> AsyncGenerator[Began | Event]:
        """`Began`, the agent's events, and at the end `Answered`; closing it early cancels all.

        Raises:
            BusyError: there is no place.
            DeadlineError: it took too long.
            ApiError: the conversation, the turn or a picture is not there.
            InputError: the question or a picture cannot be used.
            PlannerError: nobody can plan.
        """
        until = time.monotonic() + self._settings.deadline_s
        mine = self._store.of(ask.caller.owner)
        start = await asyncio.to_thread(self._opener.start, mine, ask)
        async with (
            self._observer.question() as watch,
            self._alone(start.conversation, until),
            self._admitted(ask, until),
        ):
            watch.ended("waiting")
            opened = await asyncio.to_thread(self._opener.open, mine, ask, start)
            watch.ended("opening")
            turn = new_id("turn")
            yield Began(opened.conversation, turn, tuple(p.ref for p in opened.session.pictures))
            async with aclosing(self._events(ask, opened, until)) as events:
                async for event in events:
                    watch.saw(event)
                    if isinstance(event, Answered) and ask.stores:
                        await self._stored(self._keep, mine, ask, opened, turn, event.answer)
                        watch.ended("storing")
                    yield event

    async def answer(self, ask: Ask) -> Done:
        """`ask` to the end; raises what it raises."""
        began: Began | None = None
        async with aclosing(self.ask(ask)) as events:
            async for event in events:
                if isinstance(event, Began):
                    began = event
                elif isinstance(event, Answered) and began is not None:
                    return Done(began.conversation, began.turn, event.answer)
        raise RuntimeError("the agent ended without an answer")

    @asynccontextmanager
    async def visit(
        self, caller: Caller, conversation: str | None = None, pictures: tuple[Handle, ...] = ()
    ) -> AsyncIterator[Session]:
        """A conversation (None: a new one), to show it pictures and look without a question.

        Nobody else asks in it meanwhile. What was shown and seen is stored when the block ends; an
        error in it leaves the conversation as it was. Raises what `ask` raises.
        """
        until = time.monotonic() + self._settings.deadline_s
        mine = self._store.of(caller.owner)
        ask = Ask(caller, "", pictures, conversation)
        start = await asyncio.to_thread(self._opener.start, mine, ask)
        async with (
            self._observer.visit() as watch,
            self._alone(start.conversation, until),
            self._admitted(ask, until),
        ):
            watch.ended("waiting")
            opened = await asyncio.to_thread(self._opener.open, mine, ask, start)
            session = opened.session
            known = len(session.ledger)
            async with _deadline(until):
                yield session
            if opened.shows_more or len(session.ledger) > known:
                await self._stored(self._note, mine, opened)
            else:
                self._opener.keep(session, opened.point)

    def forget(self, conversation: str) -> None:
        """Let go of a conversation that was deleted."""
        self._opener.forget(conversation)

    async def _events(self, ask: Ask, opened: Opened, until: float) -> AsyncGenerator[Event]:
        """The agent's events within the deadline; the last one when its session is done."""
        if ask.talks and not len(opened.session.pictures):
            yield Answered(without_picture(ask.question))
            return
        answered: Answered | None = None
        stream = opened.session.astream(ask.question, text=ask.sentences)
        async with aclosing(stream) as events:
            while True:
                try:
                    async with _deadline(until):
                        event = await anext(events)
                except StopAsyncIteration:
                    break
                if isinstance(event, Answered):
                    answered = event
                else:
                    yield event
        if answered is not None:
            yield answered

    async def _stored(self, keep: Callable[P, None], *args: P.args, **kwargs: P.kwargs) -> None:
        """Store in a thread; begun, it is finished, whoever goes away meanwhile."""
        storing = asyncio.ensure_future(asyncio.to_thread(keep, *args, **kwargs))
        try:
            await asyncio.shield(storing)
        except asyncio.CancelledError:
            with anyio.CancelScope(shield=True):  # anyio's scopes cancel each further wait, too
                await asyncio.wait({storing})
            raise

    def _keep(self, mine: Owned, ask: Ask, opened: Opened, turn: str, answer: Answer) -> None:
        """Store the turn with the snapshot, then keep the session for the next question."""
        now = time.time()
        said = Said(ask.question, answer.answer, ask.pictures)
        record = TurnRecord(
            id=turn,
            conversation=opened.conversation,
            position=opened.position,
            transcript=after(opened.transcript, said),
            pictures=len(opened.pictures),
            question=ask.question,
            answer=answer.to_json(),
            snapshot=opened.session.snapshot(),
            created_at=now,
        )
        lives = now + self._settings.conversation_days * DAY_S
        mine.conversations.append(record, opened.pictures, lives, begins=opened.begins)
        self._opener.keep(opened.session, turn)

    def _note(self, mine: Owned, opened: Opened) -> None:
        """Store what was looked at since the last turn, then keep the session."""
        look = LookRecord(
            id=new_id("look"),
            conversation=opened.conversation,
            turn=opened.turn,
            pictures=len(opened.pictures),
            snapshot=opened.session.snapshot(),
        )
        lives = time.time() + self._settings.conversation_days * DAY_S
        mine.conversations.looked(look, opened.pictures, lives, begins=opened.begins)
        self._opener.keep(opened.session, look.id)

    @asynccontextmanager
    async def _alone(self, conversation: str | None, until: float) -> AsyncIterator[None]:
        """Wait until nobody else asks in the conversation."""
        if conversation is None:
            yield
            return
        lock = self._locks.setdefault(conversation, asyncio.Lock())
        async with _deadline(until):
            await lock.acquire()
        try:
            yield
        finally:
            lock.release()

    @asynccontextmanager
    async def _admitted(self, ask: Ask, until: float) -> AsyncIterator[None]:
        async with _deadline(until):
            await self._admission.enter(ask.caller)
        try:
            yield
        finally:
            self._admission.leave(ask.caller)


@asynccontextmanager
async def _deadline(until: float) -> AsyncIterator[None]:
    """Raises `DeadlineError` for what is awaited in it beyond that moment."""
    try:
        async with asyncio.timeout(until - time.monotonic()):
            yield
    except TimeoutError:
        raise DeadlineError(
            "this took too long; ask again, or about less", code="timeout"
        ) from None
