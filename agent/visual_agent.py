"""The library's surface: `VisualAgent` asks, `Session` remembers."""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from agent.answer import Answer
from agent.background import BackgroundLoop
from agent.events import Event
from agent.ledger import Ledger
from agent.settings import Settings
from agent.wording import language_of
from tools.base import VisionTool
from tools.errors import InputError
from tools.execution.cache import ResultCache
from tools.execution.local import LocalRunner
from tools.execution.runner import Runner
from tools.pictures.store import PictureStore
from tools.toolset import load_toolset

if TYPE_CHECKING:
    import numpy as np
    from langchain_core.language_models import BaseChatModel
    from PIL.Image import Image

    Source = str | Path | bytes | Image | np.ndarray[Any, Any]

MAX_QUESTION = 2000
"""Characters of a question."""


class VisualAgent:
    """Answers questions about pictures, from evidence only.

    Cheap to make: planner and tools load on first use and stay warm. Safe to share between
    threads and event loops; use it as a context manager, or call `close()`.

    Args:
        settings: defaults come from the environment (`VQA_*`) and `.env`.
        planner: a LangChain chat model that plans instead of the one that the settings name.
        tools: tools of one's own, made with `tools.vision_tool`, offered beside the others.

    Raises:
        ValueError: two tools have the same name.
    """

    def __init__(
        self,
        settings: Settings | None = None,
        planner: BaseChatModel | None = None,
        tools: Sequence[VisionTool] = (),
    ) -> None:
        self.settings = settings or Settings()
        self.toolset = load_toolset(self.settings.tools, tools)
        self._runner: Runner = LocalRunner(
            self.toolset.offered,
            ResultCache(directory=self.settings.cache_dir),
            timeout_s=self.settings.tool_timeout_s,
        )
        self._background = BackgroundLoop()
        self._planner = planner
        self._making = threading.Lock()
        self._loop: Any = None
        self._premises: dict[str, Any] = {}

    def ask(self, *pictures: Source, question: str | None = None) -> Answer:
        """Ask about one or more pictures: `ask("a.jpg", "b.jpg", "Which one has more text?")`.

        Pictures are paths, encoded bytes, PIL images or uint8 RGB arrays (height, width, 3).
        The question is the last argument, or `question=`.

        Raises:
            InputError: a picture cannot be read, or the question is empty or too long.
            PlannerError: the planner cannot be reached.
        """
        return self.session(*self._pictures(pictures, question)).ask(_question(pictures, question))

    async def aask(self, *pictures: Source, question: str | None = None) -> Answer:
        """`ask` for event loops."""
        session = await asyncio.to_thread(self.session, *self._pictures(pictures, question))
        return await session.aask(_question(pictures, question))

    def stream(self, *pictures: Source, question: str | None = None) -> Iterator[Event]:
        """`ask`, step by step: events as they happen, the last one with the answer."""
        session = self.session(*self._pictures(pictures, question))
        yield from session.stream(_question(pictures, question))

    def session(self, *pictures: Source) -> Session:
        """Begin a conversation about some pictures; it remembers them and what was said."""
        return Session(self, pictures)

    def close(self) -> None:
        """Stop workers and threads; the agent cannot be used afterwards."""
        self._background.close()
        self._runner.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @staticmethod
    def _pictures(pictures: Sequence[Source], question: str | None) -> Sequence[Source]:
        return pictures if question is not None else pictures[:-1]

    @property
    def planner(self) -> BaseChatModel:
        """The chat model that plans, made on first use.

        Raises:
            PlannerError: it cannot be had; the message says what to do.
        """
        with self._making:
            if self._planner is None:
                from agent.planners import make_planner

                key = self.settings.planner_api_key
                self._planner = make_planner(
                    planner_url=self.settings.planner_url,
                    planner_model=self.settings.planner_model,
                    planner_api_key=key.get_secret_value() if key else None,
                    planner_path=self.settings.planner_path,
                    planner_fallback=self.settings.planner_fallback,
                    planner_runtime=self.settings.planner_runtime,
                    device=self.settings.tools.device,
                    strict=self.settings.planner_strict,
                    max_tokens=self.settings.planner_max_tokens,
                    timeout_s=self.settings.timeout_s,
                )
            return self._planner

    async def _answer(
        self, session: Session, question: str, emit: Callable[[Event], None], *, streams: bool
    ) -> Answer:
        """One question of a session, on the agent's own event loop."""
        from agent.context import RunContext
        from agent.outcome import planner_facts
        from agent.run import answer_question, build_loop, premises

        if self._loop is None:
            planner = await asyncio.to_thread(lambda: self.planner)  # it may ask a server first
            self._premises = premises(self.toolset.offered, self.settings)
            self._loop = self._loop or build_loop(planner, self.toolset.offered, self.settings)
        context = RunContext(
            question=question,
            language=language_of(question),
            pictures=session.pictures,
            ledger=session.ledger,
            runner=self._runner,
            emit=emit,
            streams=streams,
            premises=self._premises | {"earlier_messages": len(session.messages)},
        )
        missing = [m.what for m in self.toolset.missing]
        answer, messages = await answer_question(self._loop, session.messages, context, missing)
        session.messages = messages
        answer.planner |= planner_facts(self.planner, self.settings, context.stood_in)
        emit(Event("answer", answer=answer))
        return answer


class Session:
    """A conversation: pictures, ledger and messages. Pictures stay here, out of the messages."""

    def __init__(self, agent: VisualAgent, pictures: Sequence[Source]) -> None:
        self._agent = agent
        self.pictures = PictureStore()
        self.ledger = Ledger()
        self.messages: list[Any] = []
        for source in pictures:
            self.add(source)

    def add(self, source: Source) -> str:
        """Add a picture; returns its id, by which later questions may name it.

        Raises:
            PictureError: it cannot be read.
        """
        return self.pictures.add(source).ref.id

    def ask(self, question: str) -> Answer:
        """Ask; earlier questions and answers are remembered."""
        return self._agent._background.run(self._run(question))  # noqa: SLF001 - one module's pair

    async def aask(self, question: str) -> Answer:
        """`ask` for event loops."""
        return await asyncio.wrap_future(self._agent._background.submit(self._run(question)))  # noqa: SLF001

    def stream(self, question: str, *, text: bool = True) -> Iterator[Event]:
        """`ask`, step by step; leaving the iterator early cancels the run.

        With `text`, sentences of the answer come as soon as they are written and checked.
        """
        events: queue.SimpleQueue[Event | None] = queue.SimpleQueue()
        future = self._agent._background.submit(  # noqa: SLF001
            self._run(question, events.put, streams=text)
        )
        future.add_done_callback(lambda _done: events.put(None))
        try:
            while (event := events.get()) is not None:
                yield event
            future.result()
        finally:
            future.cancel()

    async def _run(
        self,
        question: str,
        emit: Callable[[Event], None] = lambda _event: None,
        *,
        streams: bool = False,
    ) -> Answer:
        if not len(self.pictures):
            raise InputError("there is no picture; give at least one before the question")
        return await self._agent._answer(  # noqa: SLF001
            self, _checked(question), emit, streams=streams
        )


def _question(pictures: Sequence[Source], question: str | None) -> str:
    if question is not None:
        return question
    if not pictures or not isinstance(pictures[-1], str):
        raise InputError("there is no question; it is the last argument, or question=")
    return pictures[-1]


def _checked(question: str) -> str:
    question = " ".join(question.split())
    if not question:
        raise InputError("the question is empty; ask something")
    if len(question) > MAX_QUESTION:
        raise InputError(f"the question has {len(question)} characters; {MAX_QUESTION} is the most")
    return question
