"""What the tools do: one method a tool, on the engine; owners come with each call."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from typing import Any

from mcp_types import CallToolResult

from agent.answer import Answer
from agent.events import Answered, Event, Repair, Sentence, ToolStarted
from agent.grounding.composing import left_out_notes
from agent.session import Session
from agent.visual_agent import DESCRIBE
from server.access.identity import Caller
from server.engine.engine import Began
from server.engine.opening import Ask
from server.errors import BadRequestError
from server.mcp import resources, telling
from server.mcp.shapes import (
    AskArguments,
    DescribeArguments,
    LookResult,
    OpenArguments,
    SessionArguments,
    SessionResult,
    answer_result,
    evidence_shapes,
    picture_shape,
)
from server.mcp.sources import ListArguments, Sources
from server.pictures.intake import Handle
from server.services import Services
from tools.evidence import Evidence

Told = Callable[[str], Awaitable[None]]
"""Hears what is being done, in a few words."""


class Looking:
    """The tools of every caller.

    Args:
        services: the engine and what it needs.
        sources: what pictures are named by.
    """

    def __init__(self, services: Services, sources: Sources) -> None:
        self._services = services
        self._sources = sources

    async def ask(self, caller: Caller, given: AskArguments, told: Told) -> CallToolResult:
        """Ask a question."""
        pictures = await self._taken(caller, given.pictures)
        return await self._answered(Ask(caller, given.question, pictures, given.session), told)

    async def describe(
        self, caller: Caller, given: DescribeArguments, told: Told
    ) -> CallToolResult:
        """Ask for a description."""
        pictures = await self._taken(caller, given.pictures)
        question = DESCRIBE[given.language]
        return await self._answered(Ask(caller, question, pictures, given.session), told)

    async def open_picture(
        self, caller: Caller, given: OpenArguments, told: Told
    ) -> CallToolResult:
        """Show a session a picture."""
        await told("opening")
        pictures = await self._taken(caller, [given.picture])
        async with self._services.engine.visit(caller, given.session, pictures) as session:
            return _session_result(session, [])

    async def list_session(
        self, caller: Caller, given: SessionArguments, told: Told
    ) -> CallToolResult:
        """Say what a session holds."""
        del told
        async with self._services.engine.visit(caller, given.session) as session:
            return _session_result(session, list(session.ledger))

    async def list_files(self, caller: Caller, given: ListArguments, told: Told) -> CallToolResult:
        """Say which pictures can be named."""
        del told
        mine = self._services.store.of(caller.owner)
        found = await asyncio.to_thread(self._sources.listed, mine, given)
        return telling.result(found, telling.file_lines(found))

    async def look(
        self, caller: Caller, tool: str, given: dict[str, Any], told: Told
    ) -> CallToolResult:
        """Let one vision tool look at a picture of a session."""
        arguments = dict(given)
        conversation = arguments.pop("session", None)
        if not isinstance(conversation, str):
            raise BadRequestError("session: the id that open_picture, ask or describe gave")
        async with self._services.engine.visit(caller, conversation) as session:
            if arguments.get("picture") is None:
                arguments["picture"] = _only_picture(session)
            await told(f"{tool} {str(arguments['picture'])[:20]}")
            finished = await session.alook(tool, arguments)
            if finished.call.error is not None:
                return telling.failure(finished.call.error)
            seen = finished.evidence
            annotated = resources.looked(session.id, seen)
            shape = LookResult(
                session=session.id,
                outcome=_outcome(seen),
                evidence=evidence_shapes(list(seen)),
                annotated=[address.uri for address in annotated],
            )
            return telling.result(shape, telling.look_lines(shape, finished.text), annotated)

    async def read(self, caller: Caller, uri: str) -> bytes:
        """The JPEG of a resource.

        Raises:
            NotFoundError: there is no such resource of this caller.
        """
        address = resources.Address.parsed(uri)
        async with self._services.engine.visit(caller, address.session) as session:
            return await asyncio.to_thread(resources.rendered, session, address)

    async def _taken(self, caller: Caller, names: list[str]) -> tuple[Handle, ...]:
        most = self._services.settings.max_pictures
        if len(names) > most:
            raise BadRequestError(f"{most} pictures are the most for one call", param="pictures")
        mine = self._services.store.of(caller.owner)

        def take() -> tuple[Handle, ...]:
            return tuple(self._sources.take(mine, name) for name in names)

        return await asyncio.to_thread(take)

    async def _answered(self, ask: Ask, told: Told) -> CallToolResult:
        began: Began | None = None
        answer: Answer | None = None
        async with aclosing(self._services.engine.ask(ask)) as events:
            async for event in events:
                if isinstance(event, Began):
                    began = event
                elif isinstance(event, Answered):
                    answer = event.answer
                elif words := _step(event):
                    await told(words)
        if began is None or answer is None:
            raise RuntimeError("the agent ended without an answer")
        annotated = resources.annotated(began.conversation, answer.cited)
        uris = [address.uri for address in annotated]
        shape = answer_result(answer, began.conversation, began.turn, uris)
        return telling.result(shape, telling.answer_lines(shape, answer), annotated)


def _session_result(session: Session, evidence: list[Evidence]) -> CallToolResult:
    refs = [picture.ref for picture in session.pictures]
    shape = SessionResult(
        session=session.id,
        pictures=[picture_shape(ref) for ref in refs],
        notes=left_out_notes(session.pictures.left_out, (), refs, "en"),
        evidence=evidence_shapes(evidence),
    )
    return telling.result(shape, telling.session_lines(shape, evidence))


def _only_picture(session: Session) -> str:
    ids = [picture.ref.id for picture in session.pictures]
    if len(ids) != 1:
        raise BadRequestError(f"picture: one of {', '.join(ids) or '(none is open)'}")
    return ids[0]


def _outcome(seen: tuple[Evidence, ...]) -> str:
    statuses = {e.status for e in seen}
    return next((s for s in ("found", "unsure") if s in statuses), "nothing_found")


def _step(event: Event) -> str:
    """What an event means for somebody who waits; nothing of a picture is in it."""
    if isinstance(event, ToolStarted):
        return f"{event.name} {str(event.arguments.get('picture', ''))[:20]}".strip()
    if isinstance(event, Repair):
        return "checking again"
    return "answering" if isinstance(event, Sentence) else ""
