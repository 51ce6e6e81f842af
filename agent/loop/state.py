"""One question on its way: what it is asked with, and what came of it so far."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from agent.answer import Language, ToolCallRecord
from agent.events import Event
from agent.grounding.ledger import Ledger
from agent.grounding.verdict import Verdict
from agent.loop.deadline import Deadline
from agent.preferences import Preferences
from tools.errors import BadArgumentError
from tools.evidence import Region
from tools.execution.runner import Runner
from tools.pictures.store import Picture, PictureStore

if TYPE_CHECKING:
    from langchain_core.messages import BaseMessage


@dataclass
class Spent:
    """What a question took so far."""

    model_calls: int = 0
    repairs: int = 0
    planner_ms: float = 0.0
    usage: dict[str, int] = field(default_factory=dict)
    fallback_reason: str | None = None
    """Why the fallback planned instead of the planner that the settings name."""


@dataclass
class Question:
    """A question about the pictures of a session; `emit` hears each step."""

    text: str
    """As it is understood (`agent.grounding.short_questions`): what is planned and judged by."""
    language: Language
    pictures: PictureStore
    ledger: Ledger
    runner: Runner
    deadline: Deadline
    typed: str | None = None
    """As the person typed it, where that is known."""
    asks_why: bool = False
    """Whether it asks what the answer rests on as well."""
    emit: Callable[[Event], None] = lambda _event: None
    streams: bool = False
    """Whether sentences of the answer are emitted while it is being written."""
    preferences: Preferences = field(default_factory=Preferences)
    """How the answer is wanted."""
    messages: list[BaseMessage] = field(default_factory=list)
    """From the question on, as the planner reads and writes them; never pixels or paths."""
    calls: list[ToolCallRecord] = field(default_factory=list)
    verdicts: list[Verdict] = field(default_factory=list)
    """Of each answer that the planner wrote."""
    spent: Spent = field(default_factory=Spent)
    planner_failure: str | None = None
    """What was wrong with the planner's last turn, where it gave none that can be used."""
    premises: Mapping[str, Any] = field(default_factory=dict)
    """What the planner is given besides the messages; the trace begins with it."""
    is_cut_off: bool = False
    """Whether the deadline came before the answer."""

    @property
    def answer_language(self) -> Language:
        """The language that the answer is wanted in; it is planned and judged in the question's."""
        wanted = self.preferences.language
        return self.language if wanted == "auto" else wanted

    @property
    def outcome(self) -> Verdict:
        """The verdict that counts: the last one, or one before it that only left parts out."""
        *earlier, last = self.verdicts
        return max([last, *(v for v in earlier if v.forgets)], key=lambda v: v.completeness)

    def picture(self, picture_id: str) -> Picture:
        """The picture of that id, or a `BadArgumentError` that lists those that there are."""
        try:
            return self.pictures[picture_id]
        except KeyError:
            known = ", ".join(p.ref.id for p in self.pictures)
            raise BadArgumentError(
                f"there is no picture {picture_id!r}; the pictures are {known}"
            ) from None

    def region(self, evidence_id: str | None, picture: Picture) -> Region | None:
        """The region of that evidence, or a `BadArgumentError` that says what is wrong with it."""
        if evidence_id is None:
            return None
        if evidence_id not in self.ledger:
            raise BadArgumentError(
                f"there is no evidence {evidence_id!r}; region takes an id or null"
            )
        evidence = self.ledger[evidence_id]
        if evidence.picture.id != picture.ref.id:
            raise BadArgumentError(
                f"{evidence_id} lies in {evidence.picture.id}, not {picture.ref.id}"
            )
        if evidence.region is None or evidence.status == "none":
            raise BadArgumentError(f"{evidence_id} has no place in the picture; use null")
        return evidence.region
