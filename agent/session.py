"""One conversation: pictures, ledger and messages. Pictures stay here, out of the messages."""

from __future__ import annotations

import asyncio
import queue
import secrets
from collections.abc import (
    AsyncGenerator,
    AsyncIterator,
    Awaitable,
    Callable,
    Iterator,
    Mapping,
    Sequence,
)
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, Protocol

from agent.answer import Answer
from agent.events import Event, ToolFinished
from agent.grounding.ledger import Ledger
from agent.loop.background import CLOSED, BackgroundLoop
from agent.preferences import Preferences
from tools.errors import InputError
from tools.execution.runner import Runner
from tools.pictures.pages import PixelCache
from tools.pictures.store import MAX_PAGES, PictureStore

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    from langchain_core.messages import BaseMessage
    from PIL.Image import Image

    Source = str | Path | bytes | Image | np.ndarray[Any, Any]

MAX_QUESTION = 2000
"""Characters of a question."""

SNAPSHOT_VERSION = 1

Emit = Callable[[Event], None]


class Answerer(Protocol):
    """Answers a question of a session (`VisualAgent` does)."""

    def __call__(
        self, session: Session, question: str, emit: Emit, *, streams: bool
    ) -> Awaitable[Answer]:
        """Answer on the agent's own event loop; each step is emitted."""


class Looker(Protocol):
    """Makes a look of a session that no planner asked for (`VisualAgent` does)."""

    def __call__(
        self, session: Session, tool: str, arguments: Mapping[str, Any]
    ) -> Awaitable[ToolFinished]:
        """Look on the agent's own event loop; what is found is in the session's ledger then."""


class Session:
    """A conversation; made by `VisualAgent.session`.

    Serial: of questions that are asked at once each waits for those before it, and knows of them.

    Args:
        background: the event loop on which questions are answered.
        answerer: answers them.
        looker: looks without a question.
        pictures: what it is about.
        session_id: a name; by default one of chance that nobody can guess.
        max_pages: of one file, or pictures of one folder; the rest is left out, and said to be.
        pixels: where decoded pixels are kept.
        owner: for whom it is.
    """

    def __init__(
        self,
        background: BackgroundLoop,
        answerer: Answerer,
        looker: Looker,
        pictures: Sequence[Source] = (),
        session_id: str | None = None,
        *,
        max_pages: int = MAX_PAGES,
        pixels: PixelCache | None = None,
        owner: str = "",
    ) -> None:
        self.id = session_id or secrets.token_urlsafe(16)
        self.owner = owner
        self.pictures = PictureStore(max_pages, pixels, owner)
        self.ledger = Ledger()
        self.messages: list[BaseMessage] = []
        self.runner: Runner | None = None
        """Runs the tools of this conversation instead of the agent's runner, where it is set."""
        self.preferences = Preferences()
        """How the answers to come are wanted."""
        self._background = background
        self._answerer = answerer
        self._looker = looker
        self._turn = asyncio.Lock()
        for source in pictures:
            self.add(source)

    def add(self, source: Source) -> str:
        """Add a picture, or those of a folder, a pattern or a file of several pages.

        Returns the (first) id, by which later questions may name it.

        Raises:
            PictureError: it cannot be read.
        """
        return self.pictures.add(source).ref.id

    def ask(self, question: str) -> Answer:
        """Ask; earlier questions and answers are remembered."""
        return self._background.run(self._run(question))

    async def aask(self, question: str) -> Answer:
        """`ask` for event loops."""
        return await asyncio.wrap_future(self._background.submit(self._run(question)))

    async def alook(self, tool: str, arguments: Mapping[str, Any]) -> ToolFinished:
        """One look without a planner: a tool by its name, pictures and regions by their ids.

        What it finds is evidence of the conversation like any other. A call that failed
        (`call.status`) says why in `call.error`, and has no evidence.
        """
        return await asyncio.wrap_future(self._background.submit(self._look(tool, arguments)))

    def stream(self, question: str, *, text: bool = True) -> Iterator[Event]:
        """`ask`, step by step; leaving the iterator early cancels the run.

        With `text`, sentences of the answer come as soon as they are written and checked.
        """
        events: queue.SimpleQueue[Event | None] = queue.SimpleQueue()
        future = self._background.submit(self._run(question, events.put, streams=text))
        future.add_done_callback(lambda _done: events.put(None))
        try:
            while (event := events.get()) is not None:
                yield event
            future.result()
        finally:
            future.cancel()

    async def astream(self, question: str, *, text: bool = True) -> AsyncGenerator[Event]:
        """`stream` for event loops."""
        loop = asyncio.get_running_loop()
        events: asyncio.Queue[Event | None] = asyncio.Queue()

        def put(event: Event | None) -> None:
            if not loop.is_closed():
                loop.call_soon_threadsafe(events.put_nowait, event)

        future = self._background.submit(self._run(question, put, streams=text))
        future.add_done_callback(lambda _done: put(None))
        try:
            while (event := await events.get()) is not None:
                yield event
            future.result()
        finally:
            future.cancel()

    def snapshot(self) -> dict[str, Any]:
        """The conversation as JSON data, for `VisualAgent.restore`; handles, never pixels.

        Raises:
            RuntimeError: a question is being answered.
        """
        from langchain_core.messages import messages_to_dict

        if self._turn.locked():
            raise RuntimeError("a question is being answered; take the snapshot when it is done")
        messages = messages_to_dict(self.messages)
        for message in messages:
            if artifact := message["data"].get("artifact"):
                message["data"]["artifact"] = [evidence["id"] for evidence in artifact]
        return {
            "version": SNAPSHOT_VERSION,
            "id": self.id,
            "pictures": [picture.ref.model_dump(mode="json") for picture in self.pictures],
            "ledger": self.ledger.snapshot(),
            "messages": messages,
        }

    def load_snapshot(self, snapshot: Mapping[str, Any]) -> None:
        """Go on where the conversation of a snapshot, about these same pictures, was.

        Raises:
            InputError: it is no snapshot, or one about other pictures.
        """
        from langchain_core.messages import ToolMessage, messages_from_dict

        try:
            if snapshot["version"] != SNAPSHOT_VERSION:
                raise InputError(f"the snapshot is of version {snapshot['version']}")
            stored = [(ref["id"], ref["sha256"]) for ref in snapshot["pictures"]]
            ledger = Ledger.restored(snapshot["ledger"])
            messages = messages_from_dict(snapshot["messages"])
            for message in messages:
                if isinstance(message, ToolMessage) and message.artifact:
                    message.artifact = [ledger[i] for i in message.artifact]
        except (KeyError, TypeError, ValueError) as error:
            raise InputError(f"this is no snapshot of a session ({error!r})") from error
        if stored != [(picture.ref.id, picture.ref.sha256) for picture in self.pictures]:
            raise InputError("the pictures are not those of the snapshot, in its order")
        self.ledger, self.messages = ledger, messages

    async def _run(
        self, question: str, emit: Emit = lambda _event: None, *, streams: bool = False
    ) -> Answer:
        if not len(self.pictures):
            raise InputError("there is no picture; give at least one before the question")
        question = _checked(question)
        async with self._alone():
            return await self._answerer(self, question, emit, streams=streams)

    async def _look(self, tool: str, arguments: Mapping[str, Any]) -> ToolFinished:
        async with self._alone():
            return await self._looker(self, tool, arguments)

    @asynccontextmanager
    async def _alone(self) -> AsyncIterator[None]:
        """Wait for what was asked before; then the ledger knows the pictures."""
        try:
            async with self._turn:
                self.ledger.pictures = tuple(picture.ref for picture in self.pictures)
                yield
        except asyncio.CancelledError:
            if self._background.is_closed:  # nobody cancelled it
                raise RuntimeError(CLOSED) from None
            raise


def _checked(question: str) -> str:
    question = " ".join(question.split())
    if not question:
        raise InputError("the question is empty; ask something")
    if len(question) > MAX_QUESTION:
        raise InputError(f"the question has {len(question)} characters; {MAX_QUESTION} is the most")
    return question
