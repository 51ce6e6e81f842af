"""Which look an answer rests on: each tool call's share, and the answer without it.

Why a network reported what it did is `tools.explain`'s.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from agent.answer import Answer, ToolCallRecord
from agent.grounding.references import CITATION
from tools.errors import ToolError
from tools.evidence import Evidence, PictureRef, Region, ToolReport

if TYPE_CHECKING:
    from agent import Session, VisualAgent
    from tools.execution.runner import Runner
    from tools.pictures.store import Picture


@dataclass(frozen=True)
class Look:
    """A tool call of an answer: what it saw, what of it the answer cites, and what is said else."""

    call: ToolCallRecord
    seen: tuple[Evidence, ...]
    cited: tuple[str, ...]
    without: Answer
    """What is answered where this look is refused."""
    matters: bool
    """Whether that is another answer, or none, or none for another reason."""


def looks_of(
    agent: VisualAgent,
    session: Session,
    question: str,
    answer: Answer,
    progress: Callable[[int], None] = lambda _: None,
) -> list[Look]:
    """Each look of an answer that `session` gave to `question` as its first.

    The question is asked again once a look, with that one look refused as a tool that fails is: so
    the planner may look elsewhere, and what it answers then is checked like any answer. All other
    looks come from the agent's cache; what is paid is the planner's time. A refused look is no
    empty one: that would say that nothing is there.
    """
    cited = [i for claim in answer.claims for i in claim.evidence]
    looks = []
    for number, call in enumerate(_each_once(answer.tool_calls), 1):
        again = agent.session()
        again.pictures = session.pictures
        again.runner = _Withholding(agent.runner, call, region_of(call, answer))
        without = again.ask(question) if call.status == "ok" else answer
        seen = tuple(e for e in answer.evidence if e.call_id == call.id)
        own = tuple(e.id for e in seen if e.id in cited)
        looks.append(Look(call, seen, own, without, _said(without) != _said(answer)))
        progress(number)
    return looks


def region_of(call: ToolCallRecord, answer: Answer) -> Region | None:
    """The region that a call of an answer looked into; None for a whole picture."""
    wanted = call.arguments.get("region")
    return next((e.region for e in answer.evidence if e.id == wanted), None)


class _Withholding:
    """A runner that refuses one look and leaves all others to the runner behind it."""

    def __init__(self, runner: Runner, call: ToolCallRecord, region: Region | None) -> None:
        self._runner = runner
        given = {k: v for k, v in call.arguments.items() if k not in ("picture", "region")}
        self._look = (call.name, given, call.arguments.get("picture"), region)

    @property
    def names(self) -> list[str]:
        return self._runner.names

    @property
    def troubles(self) -> dict[str, str]:
        return self._runner.troubles

    def know(self, picture: Picture) -> None:
        self._runner.know(picture)

    async def call(
        self,
        name: str,
        arguments: dict[str, Any],
        *,
        picture: PictureRef,
        region: Region | None,
        within_s: float = math.inf,
    ) -> tuple[ToolReport, bool]:
        if (name, arguments, picture.id, region) == self._look:
            raise ToolError("this look is left out, to see what is answered without it")
        return await self._runner.call(
            name, arguments, picture=picture, region=region, within_s=within_s
        )

    def close(self) -> None:
        """Leave the runner behind it open: it is the agent's."""


def _each_once(calls: list[ToolCallRecord]) -> list[ToolCallRecord]:
    """The calls without those that ask the same again."""
    kept: list[ToolCallRecord] = []
    for call in calls:
        if all((call.name, call.arguments) != (k.name, k.arguments) for k in kept):
            kept.append(call)
    return kept


def _said(answer: Answer) -> tuple[str | None, str]:
    """What it comes down to, whatever the evidence is called: why there is no answer, or it."""
    text = answer.short_answer or CITATION.sub("", answer.answer)
    return answer.reason, "" if answer.abstained else text.casefold()
