"""What one question's run carries along: pictures, ledger, records. Never part of the messages."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from agent.answer import Language, ToolCallRecord
from agent.events import Event
from agent.grounding import Grounded
from agent.ledger import Ledger
from tools.errors import BadArgumentError
from tools.evidence import Region
from tools.execution.runner import Runner
from tools.pictures.store import Picture, PictureStore

if TYPE_CHECKING:
    from langchain_core.messages import BaseMessage


@dataclass
class RunContext:
    """The run's context, given to tools through `ToolRuntime` and to the middleware."""

    question: str
    language: Language
    pictures: PictureStore
    ledger: Ledger
    runner: Runner
    emit: Callable[[Event], None] = lambda _event: None
    streams: bool = False
    """Whether sentences of the answer are emitted while it is being written."""
    records: list[ToolCallRecord] = field(default_factory=list)
    planner_ms: float = 0.0
    model_calls: int = 0
    tool_calls: int = 0
    repairs: int = 0
    usage: dict[str, int] = field(default_factory=dict)
    stood_in: str | None = None
    """Why another planner stood in for the one that the settings name."""
    planner_failure: str | None = None
    """What was wrong with the planner's last turn, where it gave none that can be used."""
    messages: Sequence[BaseMessage] = ()
    """The conversation as the planner was last shown it, earlier questions included."""
    outcome: Grounded | None = None
    abstained: str | None = None
    drafts: list[dict[str, Any]] = field(default_factory=list)
    premises: dict[str, Any] = field(default_factory=dict)
    """What the planner is given besides this run's messages; the trace begins with it."""
    _turns: dict[str, tuple[asyncio.Event, asyncio.Event]] = field(default_factory=dict)

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

    def plan_turn(self, call_ids: list[str]) -> None:
        """Fix the order in which this turn's calls enter the ledger: as they were planned."""
        previous = asyncio.Event()
        previous.set()
        for call_id in call_ids:
            entered = asyncio.Event()
            self._turns[call_id] = (previous, entered)
            previous = entered

    async def my_turn(self, call_id: str) -> None:
        """Wait until the calls planned before this one have entered their evidence."""
        if call_id in self._turns:
            await self._turns[call_id][0].wait()

    def end_turn(self, call_id: str) -> None:
        """Let the next call of the turn enter, however this one went."""
        if call_id in self._turns:
            self._turns[call_id][1].set()
