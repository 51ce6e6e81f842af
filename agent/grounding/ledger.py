"""The evidence ledger: gives findings their ids, and keeps them.

What stands here is all that an answer may rest on. It does not judge answers
(`agent.grounding.check` does) and it does not fill references in (`agent.grounding.references`
does).
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import groupby
from typing import Any, Self

from tools.evidence import Evidence, PictureRef, ToolReport
from tools.words.own_names import NO_NAMES, OwnNames

MAX_TEXT = 160
"""Characters of one text that the model gets to read; the evidence keeps all of it."""
MAX_LINES = 60
"""Findings of one call that the model gets to read."""


class Ledger:
    """Evidence by id, in the order in which it came; ids never change and are never reused.

    Calls get their ids here as well: what belongs together is told by them, and a planner's own may
    come twice. `pictures` are those of the conversation, as far as somebody said, and `names` what
    its person calls things.
    """

    def __init__(self) -> None:
        self.pictures: tuple[PictureRef, ...] = ()
        self.names: OwnNames = NO_NAMES
        self._by_id: dict[str, Evidence] = {}
        self._groups: dict[tuple[str, str], list[Evidence]] = {}
        self._found: dict[tuple[str, str], Counter[str | None]] = {}
        self._calls = 0

    def __getitem__(self, evidence_id: str) -> Evidence:
        return self._by_id[evidence_id]

    def __contains__(self, evidence_id: str) -> bool:
        return evidence_id in self._by_id

    def __iter__(self) -> Iterator[Evidence]:
        return iter(self._by_id.values())

    def __len__(self) -> int:
        return len(self._by_id)

    def add(self, report: ToolReport, *, tool: str, call_id: str) -> list[Evidence]:
        """Enter a report's findings; returns them as evidence, ids ascending without gaps."""
        entered = []
        for finding in report.findings:
            evidence_id = f"e{len(self._by_id) + 1}"
            evidence = Evidence(
                **{name: getattr(finding, name) for name in type(finding).model_fields},
                id=evidence_id,
                tool=tool,
                call_id=call_id,
            )
            self._enter(evidence)
            entered.append(evidence)
        return entered

    def _enter(self, evidence: Evidence) -> None:
        self._by_id[evidence.id] = evidence
        if evidence.group is not None:
            key = (evidence.call_id, evidence.group)
            self._groups.setdefault(key, []).append(evidence)
            found = self._found.setdefault(key, Counter())
            found[evidence.member] += evidence.status == "found"

    def snapshot(self) -> dict[str, Any]:
        """All of it as JSON data."""
        return {"calls": self._calls, "evidence": [e.model_dump(mode="json") for e in self]}

    @classmethod
    def restored(cls, snapshot: Mapping[str, Any]) -> Self:
        """The ledger of a snapshot.

        Raises:
            ValueError: it is none.
        """
        ledger = cls()
        ledger._calls = int(snapshot["calls"])
        for number, data in enumerate(snapshot["evidence"], 1):
            evidence = Evidence.model_validate(data)
            if evidence.id != f"e{number}":
                raise ValueError(f"{evidence.id} stands where e{number} should")
            ledger._enter(evidence)
        return ledger

    def new_call_id(self) -> str:
        """An id for a call: `call00001`, nine letters and digits as Mistral's template wants."""
        self._calls += 1
        return f"call{self._calls:05d}"

    def group_of(self, evidence: Evidence) -> list[Evidence]:
        """All evidence of the same call and group (itself alone where it has no group)."""
        if evidence.group is None:
            return [evidence]
        return list(self._groups[evidence.call_id, evidence.group])

    def found_in_group_of(self, evidence: Evidence) -> Counter[str | None]:
        """How many of its call and group were found, by member; only of evidence with a group."""
        return self._found[evidence.call_id, str(evidence.group)]


def render_report(report: ToolReport, evidence: Iterable[Evidence]) -> str:
    """What the built-in weights read of one tool call, in the form that they were taught.

    All others read `agent.grounding.serialising.report_text`: here labels and values stand as they
    are.

    Lines that begin with two spaces are details (places, scores, the text behind a value): a
    planner with a small context may leave them out. Text from a picture is always a JSON string.

        read_text img_1 total
        e1 total = 60.30
          "TOTAL RM 60.30" at 12,300,200,330 score 0.98
        detect_objects img_1
        e2-e4 dog x3
          e2 at 10,10,50,50 score 0.91
        e5 cat none
        e6 dog unsure
        e7-e8 animal x2
          e7 value dog at 10,10,50,50 score 0.91
        e9 estimate = yes
          score 0.81
    """
    return report_of_runs(report.summary, evidence, _render_run)


def report_of_runs(
    own_line: str, evidence: Iterable[Evidence], render_run: Callable[[list[Evidence]], list[str]]
) -> str:
    """A tool's own line, if it has one, then the lines of each run of evidence, up to `MAX_LINES`.

    A run is what one call found, or did not find, of a group; other evidence is one by itself.
    """
    lines = [own_line] if own_line else []
    shown = list(evidence)
    for _, run in groupby(
        shown[:MAX_LINES], key=lambda e: (e.group, e.status) if e.group else e.id
    ):
        lines += render_run(list(run))
    if len(shown) > MAX_LINES:
        lines.append(f"  ({len(shown) - MAX_LINES} more, up to {shown[-1].id}, not shown)")
    return "\n".join(lines)


def _render_run(run: list[Evidence]) -> list[str]:
    first, last = run[0], run[-1]
    name = (first.group if first.is_row else first.label or first.group) or ""
    if first.kind == "estimate" and first.value is not None:
        name = first.kind  # its label repeats the question
    if first.status != "found":
        return [f"{first.id} {name or 'nothing'} {first.status}", *_details(run)]
    if first.group is not None:
        ids = first.id if first is last else f"{first.id}-{last.id}"
        return [f"{ids} {name} x{len(run)}", *_details(run)]
    if first.value is not None:
        return [f"{first.id} {name or 'value'} = {shortened(str(first.value))}", *_details(run)]
    if first.text is not None:
        return [f"{first.id} {name or 'text'} {_quote(first.text)}", *_details(run, text=False)]
    return [f"{first.id} {name}", *_details(run)]


def _details(run: list[Evidence], *, text: bool = True) -> list[str]:
    details = []
    for e in run:
        parts = [e.id] if len(run) > 1 else []
        if e.is_row:
            parts.append(f"{_quote(e.label or '')} = {_quote(str(e.value))}")
        if text and e.text is not None:
            parts.append(_quote(e.text))
        if e.member is not None:
            parts.append(f"value {shortened(e.member)}")
        if e.box_xyxy is not None:
            parts.append("at " + ",".join(f"{c:.0f}" for c in e.box_xyxy))
        details.append("  " + " ".join([*parts, f"score {e.score:.2f}"]))
    return details


def _quote(text: str) -> str:
    return json.dumps(shortened(text), ensure_ascii=False)


def shortened(text: str) -> str:
    """On one line, cut to `MAX_TEXT` characters."""
    text = " ".join(text.split())
    return text if len(text) <= MAX_TEXT else text[: MAX_TEXT - 1] + "…"
