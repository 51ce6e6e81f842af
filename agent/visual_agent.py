"""The library's surface: `VisualAgent` answers, its sessions (`agent.session`) remember."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from agent.answer import Answer, Language
from agent.events import Answered, Event, ToolFinished
from agent.grounding.wording import language_of
from agent.loop.background import CLOSED, BackgroundLoop
from agent.loop.deadline import Deadline
from agent.preferences import Preferences
from agent.session import Emit, Session
from agent.settings import Settings
from tools.base import VisionTool
from tools.errors import InputError
from tools.execution.cache import ResultCache
from tools.execution.local import LocalRunner
from tools.execution.runner import SharedRunner
from tools.networks import cores
from tools.networks.torch_runtime import is_cpu
from tools.pictures.pages import PixelCache
from tools.toolset import Toolset, labels_of, load_toolset

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

    from agent.loop.planning import Planning
    from agent.session import Source
DESCRIBE: dict[Language, str] = {"en": "Describe the picture.", "zh": "描述这张图片。"}
"""The question that asks for a description."""


class VisualAgent:
    """Answers questions about pictures, from evidence only.

    Cheap to make: planner and tools load on first use and stay warm. Safe to share between
    threads and event loops; use it as a context manager, or call `close()`. Used when it is closed,
    it raises `RuntimeError`.

    Args:
        settings: defaults come from the environment (`VQA_*`) and the file that it names
            (`VQA_ENV_FILE`).
        planner: a LangChain chat model that plans instead of the one that the settings name.
        tools: tools of one's own, made with `tools.vision_tool`, offered beside the others.

    Raises:
        ValueError: two tools have the same name.
        InputError: a name of the preferences is of no thing that the tools know.
    """

    def __init__(
        self,
        settings: Settings | None = None,
        planner: BaseChatModel | None = None,
        tools: Sequence[VisionTool] = (),
    ) -> None:
        self.settings = settings or Settings()
        streams = self.settings.streams if is_cpu(self.settings.tools.device) else 1
        cores.share(streams)
        self.toolset = load_toolset(self.settings.tools, tools)
        self.preferences = self.known(self.settings.preferences)
        """How answers are wanted, unless a session says otherwise."""
        self.pixels = PixelCache()
        """Decoded pictures of all sessions; those of one owner are nobody else's."""
        self._runner: SharedRunner = LocalRunner(
            self.toolset.offered,
            ResultCache(directory=self.settings.cache_dir),
            timeout_s=self.settings.tool_timeout_s,
            streams=streams,
        )
        self._background = BackgroundLoop()
        self._planner = planner
        self._owns_planner = planner is None
        self._making = threading.RLock()
        self._planning: Planning | None = None
        self._premises: dict[str, Any] = {}

    def ask(self, *pictures: Source, question: str | None = None) -> Answer:
        """Ask about one or more pictures: `ask("a.jpg", "b.jpg", "Which one has more text?")`.

        Pictures are paths (folders and patterns, too), `data:` URIs, encoded bytes, PIL images or
        uint8 RGB arrays (height, width, 3); of a file of several pages each is a picture.
        The question is the last argument, or `question=`.

        Raises:
            InputError: a picture cannot be read, or the question is empty or too long.
            PlannerError: the planner cannot be reached.
        """
        return self.session(*self._pictures(pictures, question)).ask(_question(pictures, question))

    def describe(self, *pictures: Source, language: Language = "en") -> Answer:
        """Describe one or more pictures from what was seen of them.

        Raises:
            InputError: a picture cannot be read.
            PlannerError: the planner cannot be reached.
        """
        return self.ask(*pictures, question=DESCRIBE[language])

    async def aask(self, *pictures: Source, question: str | None = None) -> Answer:
        """`ask` for event loops."""
        session = await asyncio.to_thread(self.session, *self._pictures(pictures, question))
        return await session.aask(_question(pictures, question))

    def stream(self, *pictures: Source, question: str | None = None) -> Iterator[Event]:
        """`ask`, step by step: events as they happen, the last one with the answer."""
        session = self.session(*self._pictures(pictures, question))
        yield from session.stream(_question(pictures, question))

    async def astream(self, *pictures: Source, question: str | None = None) -> AsyncIterator[Event]:
        """`stream` for event loops."""
        session = await asyncio.to_thread(self.session, *self._pictures(pictures, question))
        async for event in session.astream(_question(pictures, question)):
            yield event

    def session(
        self,
        *pictures: Source,
        session_id: str | None = None,
        owner: str = "",
        preferences: Preferences | None = None,
    ) -> Session:
        """Begin a conversation about some pictures; it remembers them and what was said.

        Args:
            session_id: a name; by default one of chance.
            owner: for whom, where an agent answers several who must not learn of each other: what
                tools reported and planners wrote is kept for each apart, until `forget`.
            preferences: how answers are wanted, over those of the settings.

        Raises:
            InputError: a picture cannot be read, or a name is of no thing that the tools know.
        """
        self._check_open()
        session = Session(
            self._background,
            self._answer,
            self._look,
            pictures,
            session_id,
            max_pages=self.settings.max_pages,
            pixels=self.pixels,
            owner=owner,
        )
        if owner:
            session.runner = self._runner.of(owner)
        session.preferences = self.known(preferences or Preferences()).over(self.preferences)
        return session

    def known(self, preferences: Preferences) -> Preferences:
        """Preferences whose names are of labels that the tools know.

        Raises:
            InputError: a name is of no thing that they know.
        """
        if not preferences.names:
            return preferences
        return preferences.known(labels_of(self.toolset.offered))

    def forget(self, owner: str) -> None:
        """Delete what is kept of an owner's pictures, looks and turns, in memory and on disk."""
        self.pixels.forget(owner)
        self._runner.forget(owner)
        if (delete := getattr(self._planner, "forget", None)) is not None:
            delete(owner)

    def restore(self, snapshot: Mapping[str, Any], *pictures: Source) -> Session:
        """Go on with a conversation that was stored (`Session.snapshot`).

        The snapshot holds no pixels: its pictures are given again, in the same order.

        Raises:
            InputError: it is no snapshot, or these are other pictures.
            PictureError: a picture cannot be read.
        """
        session = self.session(*pictures, session_id=str(snapshot.get("id", "")) or None)
        session.load_snapshot(snapshot)
        return session

    def close(self) -> None:
        """Stop workers and threads, let go of all weights; the agent cannot be used afterwards.

        Questions that are still being answered end with `RuntimeError`. A planner that was handed
        in stays as it is.
        """
        self._background.close()
        self._runner.close()
        end = getattr(self._planner, "close", None) if self._owns_planner else None
        if end is not None:
            end()
        self._planner = self._planning = None
        self.toolset = Toolset((), self.toolset.missing)

    def _check_open(self) -> None:
        if self._background.is_closed:
            raise RuntimeError(CLOSED)

    @property
    def runner(self) -> SharedRunner:
        """What runs the tools; it remembers what they reported."""
        return self._runner

    @property
    def troubles(self) -> dict[str, str]:
        """Tools that do not answer in time, and what is known of each, in words."""
        return self._runner.troubles

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
            self._check_open()
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

    def _prepare(self) -> Planning:
        """Make the planner, once; blocks, because a server may have to be asked first."""
        from agent.run import make_planning, premises

        with self._making:
            planning = self._planning
            if planning is None:
                tools, settings = self.toolset.offered, self.settings
                planning = make_planning(self.planner, tools, settings)
                self._premises, self._planning = premises(tools, settings), planning
            return planning

    async def _answer(
        self, session: Session, question: str, emit: Emit, *, streams: bool
    ) -> Answer:
        """One question of a session, on the agent's own event loop."""
        deadline = Deadline(self.settings.deadline_s)
        if self._planning is not None:
            planning = self._planning
        else:  # in a thread: it may ask a server, and it imports what is imported here, too
            planning = await asyncio.to_thread(self._prepare)
        from agent.loop.callbacks import in_one_run
        from agent.loop.earlier import read
        from agent.loop.state import Question
        from agent.planners import planner_facts
        from agent.planners.asking import asked_by
        from agent.run import answer_question

        refs = [picture.ref for picture in session.pictures]
        wanted = session.preferences
        session.ledger.names = wanted.own_names
        said = session.ledger.names.read(question)
        text, asks_why = read(said, session.messages, refs, language_of(said))
        language = language_of(text)
        asked = Question(
            text=text,
            typed=question,
            asks_why=asks_why,
            language=language,
            pictures=session.pictures,
            ledger=session.ledger,
            runner=session.runner or self._runner,
            deadline=deadline,
            emit=emit,
            streams=streams and wanted.takes_as_written(language),
            preferences=wanted,
            premises=self._premises | {"earlier_messages": len(session.messages)},
        )
        missing = [m.what for m in self.toolset.missing]
        with asked_by(session.owner):
            answer = await in_one_run(
                answer_question(planning, self.settings, session.messages, asked, missing),
                planning.model,
                asked,
            )
        if not asked.is_cut_off:
            session.messages += asked.messages
        fallback, reason = self.settings.planner_fallback, asked.spent.fallback_reason
        answer.planner |= planner_facts(self.planner, fallback, reason)
        emit(Answered(answer))
        return answer

    async def _look(
        self, session: Session, tool: str, arguments: Mapping[str, Any]
    ) -> ToolFinished:
        """One look of a session, on the agent's own event loop."""
        from agent.loop.state import Question
        from agent.loop.tool_calls import look

        asked = Question(
            text="",
            language="en",
            pictures=session.pictures,
            ledger=session.ledger,
            runner=session.runner or self._runner,
            deadline=Deadline(self.settings.deadline_s),
        )
        return await look(tool, arguments, asked)


def _question(pictures: Sequence[Source], question: str | None) -> str:
    if question is not None:
        return question
    if not pictures or not isinstance(pictures[-1], str):
        raise InputError("there is no question; it is the last argument, or question=")
    return pictures[-1]
