"""An answer on its way to a client: steps and text as they come, at the end the whole reply.

Both ways to ask put this into their own words; so the text that was streamed is always the text of
the reply, cut alike, and citations point into it.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Any, Literal

from agent.answer import Answer
from agent.events import Answered, Repair, Sentence, ToolFinished, ToolStarted
from agent.grounding.wording import language_of
from server.engine.engine import Began, Engine
from server.engine.opening import Ask
from server.openai.cutting import Cutter
from tools.evidence import Evidence

EXTENSION = "vqa"
"""The field under which everything stands that OpenAI's shapes have no place for."""


@dataclass(frozen=True)
class Delta:
    """More of the text."""

    text: str


@dataclass(frozen=True)
class Citation:
    """Evidence for a part of the text, from character `start` to before `end`."""

    start: int
    end: int
    evidence: Evidence


@dataclass(frozen=True)
class Usage:
    """Tokens that the planner read and wrote."""

    input_tokens: int = 0
    output_tokens: int = 0


@dataclass(frozen=True)
class Reply:
    """The whole reply; `text` is what the deltas were."""

    text: str
    finish: Literal["stop", "length"] = "stop"
    citations: tuple[Citation, ...] = ()
    usage: Usage = Usage()
    details: dict[str, Any] | None = None
    """What stands under the extension field: docs/json.md's JSON and where it is stored."""
    conversation: str | None = None
    turn: str | None = None


Step = ToolStarted | ToolFinished | Repair
Replies = AsyncGenerator[Step | Delta | Reply]
"""What comes, the reply last."""


async def answered(engine: Engine, ask: Ask, cutter: Cutter) -> Replies:
    """Ask the engine; raises what `Engine.ask` raises."""
    began: Began | None = None
    text = _Text(cutter, space="" if language_of(ask.question) == "zh" else " ")
    async with aclosing(engine.ask(ask)) as events:
        async for event in events:
            match event:
                case Began():
                    began = event
                case Sentence():
                    if delta := text.sentence(event.text):
                        yield Delta(delta)
                case Answered(answer=answer):
                    delta, offset = text.rest(answer.answer)
                    if delta:
                        yield Delta(delta)
                    yield whole(answer, began if ask.stores else None, cutter, offset)
                case Repair():
                    text.is_written_anew = True
                    yield event
                case ToolStarted() | ToolFinished():
                    yield event
                case _:  # what is being written is not checked yet
                    pass


async def at_once(text: str, cutter: Cutter) -> Replies:
    """A reply for which nothing has to be asked."""
    if delta := cutter.feed(text) + cutter.end():
        yield Delta(delta)
    yield Reply(cutter.text, cutter.reason)


def whole(answer: Answer, began: Began | None, cutter: Cutter, offset: int = 0) -> Reply:
    """The reply of an answer whose text begins at `offset` of what was sent."""
    conversation, turn = (began.conversation, began.turn) if began else (None, None)
    return Reply(
        text=cutter.text,
        finish=cutter.reason,
        citations=within(citations(answer, offset), cutter.text),
        usage=Usage(answer.usage.get("input_tokens", 0), answer.usage.get("output_tokens", 0)),
        details=answer.to_json() | {"conversation": conversation, "turn": turn},
        conversation=conversation,
        turn=turn,
    )


def citations(answer: Answer, offset: int = 0) -> list[Citation]:
    """Where in the text each sentence stands, once for each evidence that carries it."""
    by_id = {evidence.id: evidence for evidence in answer.evidence}
    found, position = [], 0
    for claim in answer.claims:
        start = answer.answer.find(claim.text, position)
        if start < 0 or claim.status != "supported":
            continue
        position = start + len(claim.text)
        found += [
            Citation(offset + start, offset + position, by_id[i])
            for i in claim.evidence
            if i in by_id
        ]
    return found


def within(found: list[Citation], text: str) -> tuple[Citation, ...]:
    """Citations in a text that was cut."""
    return tuple(
        replace(citation, end=min(citation.end, len(text)))
        for citation in found
        if citation.start < len(text)
    )


class _Text:
    """The text as it is sent: sentences while they are written, then what is missing of it."""

    def __init__(self, cutter: Cutter, space: str) -> None:
        self._cutter = cutter
        self._space = space
        self._said = ""
        self.is_written_anew = False
        """Whether sentences are of another answer than those that were said."""

    def sentence(self, text: str) -> str:
        """What to send of a sentence that was checked."""
        if self._said and self.is_written_anew:
            return ""
        piece = (self._space if self._said else "") + text
        self._said += piece
        return self._cutter.feed(piece)

    def rest(self, answer: str) -> tuple[str, int]:
        """What to send of the answer, and at which character of all that was said it begins.

        Where the answer is not what was said so far (it was written anew), it follows as a whole.
        """
        begins = 0 if answer.startswith(self._said) else len(self._said) + 2
        piece = "\n\n" + answer if begins else answer[len(self._said) :]
        return self._cutter.feed(piece) + self._cutter.end(), begins
