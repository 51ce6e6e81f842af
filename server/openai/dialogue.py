"""What a client tells of a conversation as the engine's question: its history, its pictures.

System messages are not obeyed (an answer says what evidence carries, whoever asks), so they are
left out before; so are the tool calls of earlier answers, which were the service's own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

from agent.session import MAX_QUESTION
from agent.visual_agent import DESCRIBE
from server.engine.transcripts import Said
from server.errors import BadRequestError
from server.pictures.intake import Handle


@dataclass(frozen=True)
class Source:
    """A picture as a client names it, and where in the request that stands."""

    word: str
    param: str


@dataclass(frozen=True)
class Message:
    """What one side said."""

    role: Literal["user", "assistant"]
    text: str
    sources: tuple[Source, ...] = ()


@dataclass(frozen=True)
class Dialogue:
    """The question, the pictures that came with it, and what was said before."""

    question: str
    pictures: tuple[Handle, ...]
    history: tuple[Said, ...] = ()


@dataclass(frozen=True)
class _Side:
    """Messages of one side, one behind the other."""

    role: Literal["user", "assistant"]
    text: str
    sources: tuple[Source, ...]


def dialogue(
    messages: Iterable[Message], take: Callable[[Source], Handle], *, param: str
) -> Dialogue:
    """The question that messages end with; `take` fetches a picture, so this may block.

    Messages of one side that follow each other are one; pictures without words ask for a
    description. What the assistant says before any question is left out.

    Raises:
        BadRequestError: the last message is no question, or it is too long; what `take` raises.
    """
    sides = _sides(messages)
    if not sides or sides[-1].role != "user":
        raise BadRequestError("the last message has to be a question of the user", param=param)
    *earlier, last = sides
    history = tuple(
        Said(_question(asked), answer.text, _taken(asked, take))
        for asked, answer in zip(earlier[::2], earlier[1::2], strict=True)
    )
    question = _question(last)
    if not question:
        raise BadRequestError("the question is empty; ask something", param=param)
    if len(question) > MAX_QUESTION:
        raise BadRequestError(
            f"the question has {len(question)} characters; {MAX_QUESTION} is the most",
            param=param,
            code="string_above_max_length",
        )
    return Dialogue(question, _taken(last, take), history)


def _sides(messages: Iterable[Message]) -> list[_Side]:
    """Both sides in turn, the user's first."""
    sides: list[_Side] = []
    for message in messages:
        if sides and sides[-1].role == message.role:
            text = "\n".join(t for t in (sides[-1].text, message.text) if t)
            sides[-1] = _Side(message.role, text, sides[-1].sources + message.sources)
        elif sides or message.role == "user":
            sides.append(_Side(message.role, message.text, message.sources))
    return sides


def _question(side: _Side) -> str:
    text = side.text.strip()
    return text or (DESCRIBE["en"] if side.sources else "")


def _taken(side: _Side, take: Callable[[Source], Handle]) -> tuple[Handle, ...]:
    return tuple(take(source) for source in side.sources)
