"""Answers questions: waits for a place, opens the conversation, asks, stores, then says so.

Acknowledged is stored: `Answered` is passed on when the turn and the conversation's snapshot are on
the disk, in one transaction (of a question whose turn is to be kept). Whatever ends a question
before that leaves the conversation as it was. The same question at the same time is asked once.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import AbstractAsyncContextManager, aclosing, asynccontextmanager
from dataclasses import dataclass

from agent import VisualAgent
from agent.answer import Answer
from agent.events import Answered, Event
from agent.loop.unasked import without_picture
from agent.session import Session
from server.access.identity import Caller
from server.engine.admission import Admission
from server.engine.ahead import LookAhead
from server.engine.keeping import Keeper
from server.engine.opening import Ask, Opened, Opener
from server.engine.runs import Began, Run, to_the_end
from server.engine.under_way import UnderWay
from server.engine.visits import Visit, deadline
from server.observing.observer import Observer
from server.observing.questions import Watch
from server.pictures.intake import Handle, Intake
from server.settings import ServerSettings
from server.store import Store

__all__ = ["Began", "Done", "Engine"]


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
        self._intake = intake
        self._observer = observer or Observer()
        self.admission = admission
        self._opener = Opener(settings, agent, intake)
        self._keeper = Keeper(settings, self._opener)
        self.under_way = UnderWay()
        self.ahead = LookAhead(settings.look_ahead, agent, intake, admission)

    async def ask(self, ask: Ask) -> AsyncGenerator[Began | Event]:
        """`Began`, the agent's events, and at the end `Answered`; closing it early cancels all.

        Who asks the same at the same time, naming no conversation, joins the run that is under way.

        Raises:
            BusyError: there is no place.
            DeadlineError: it took too long.
            ApiError: the conversation, the turn or a picture is not there, or not any more.
            InputError: the question or a picture cannot be used.
            PlannerError: nobody can plan.
        """
        self.under_way.check(ask.caller.owner)
        same = (run for run in self.under_way.runs if run.is_open and run.ask == ask)
        run = next(same, None) or self._begin(ask)
        asker = run.join()
        try:
            async for event in asker.events():
                yield event
        finally:
            await run.leave(asker)

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
        self.under_way.check(caller.owner)
        until = time.monotonic() + self._settings.deadline_s
        visit = Visit(caller.owner, conversation)
        self.under_way.add(visit)
        try:
            with self._intake.holding(pictures):
                async with visit.within(until), self._visited(visit, caller, pictures) as session:
                    yield session
        finally:
            self.under_way.remove(visit)

    def deleting(
        self, owner: str, conversation: str | None = None
    ) -> AbstractAsyncContextManager[bool]:
        """Around what deletes a conversation, or all that is an owner's; see `UnderWay`."""
        self.ahead.forget(owner)
        return self.under_way.deleting(owner, conversation)

    def forget(self, conversation: str) -> None:
        """Let go of a conversation that was deleted."""
        self._opener.forget(conversation)

    @property
    def is_stopping(self) -> bool:
        """Whether no question is taken any more."""
        return self.under_way.is_stopping

    async def drain(self, within_s: float) -> None:
        """Begin nothing any more; what is under way has so many seconds, then it is ended."""
        await self.under_way.drain(within_s)

    def _begin(self, ask: Ask) -> Run:
        async def work(run: Run) -> None:
            with self._intake.holding(ask.pictures):
                await self._answer(run, ask)

        run = Run(ask, work)
        self.under_way.add(run)
        run.task.add_done_callback(lambda _task: self.under_way.remove(run))
        return run

    async def _answer(self, run: Run, ask: Ask) -> None:
        """What a run does."""
        mine = self._store.of(ask.caller.owner)
        until = time.monotonic() + self._settings.deadline_s
        async with self._observer.question() as watch, deadline(until) as limit:
            start = await asyncio.to_thread(self._opener.start, mine, ask)
            async with self.admission.place(ask.caller, start.conversation):
                watch.ended("waiting")
                opened = await asyncio.to_thread(self._opener.open, mine, ask, start)
                watch.ended("opening")
                run.open(opened)
                answered = await self._asked(run, ask, opened, watch)
                limit.reschedule(None)  # it was in time
                if ask.stores:
                    keep, answer = self._keeper.turns, answered.answer
                    await run.storing(keep, mine, ask, opened, run.askers, answer)
                    watch.ended("storing")
                run.tell(answered)
        if ask.stores:
            self.ahead.show(ask.caller.owner, ask.pictures)

    async def _asked(self, run: Run, ask: Ask, opened: Opened, watch: Watch) -> Answered:
        """Ask the agent; the last event, when its session is done."""
        answered: Answered | None = None
        if ask.talks and not len(opened.session.pictures):
            answered = Answered(without_picture(ask.question))
            watch.saw(answered)
            return answered
        stream = opened.session.astream(ask.question, text=ask.sentences)
        async with aclosing(stream) as events:
            async for event in events:
                watch.saw(event)
                if isinstance(event, Answered):
                    answered = event
                else:
                    run.tell(event)
        if answered is None:
            raise RuntimeError("the agent ended without an answer")
        return answered

    @asynccontextmanager
    async def _visited(
        self, visit: Visit, caller: Caller, pictures: tuple[Handle, ...]
    ) -> AsyncIterator[Session]:
        mine = self._store.of(caller.owner)
        ask = Ask(caller, "", pictures, visit.conversation)
        start = await asyncio.to_thread(self._opener.start, mine, ask)
        async with (
            self._observer.visit() as watch,
            self.admission.place(caller, start.conversation),
        ):
            watch.ended("waiting")
            opened = await asyncio.to_thread(self._opener.open, mine, ask, start)
            session, visit.conversation = opened.session, opened.conversation
            known = len(session.ledger)
            yield session
            if opened.shows_more or len(session.ledger) > known:
                keeping = asyncio.to_thread(self._keeper.look, mine, opened)
                await to_the_end(asyncio.ensure_future(keeping))
            else:
                self._opener.keep(session, opened.point)
        self.ahead.show(caller.owner, pictures)
