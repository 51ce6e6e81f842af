"""What a planner reads of a tool call: code writes the form, everything else is a JSON string.

Labels, values and texts come from a picture or from a tool's arguments; whatever they hold, none of
it can end its quotation, begin a line or be taken for a mark of a chat template. The built-in
weights were taught another form (`agent.grounding.ledger.render_report`) and are shown that one.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable

from agent.grounding.ledger import report_of_runs, shortened
from tools.evidence import Evidence, ToolReport

_UNSEEN = {"Cc", "Cf", "Co", "Cs", "Cn", "Zl", "Zp"}
"""Unicode categories of what nobody sees: control, format, private, surrogate, no character."""
_MARK = re.compile(r"<(?=[|/!\w｜])|\[(?=/?[A-Z_]{3,}\])")
"""The beginning of what a chat template may take for its own mark: <|im_end|>, </s>, [INST]."""
_LINE_OF_EVIDENCE = re.compile(r"\s*(?:e\d|error\b)", re.IGNORECASE)


def report_text(report: ToolReport, evidence: Iterable[Evidence]) -> str:
    """The text of one tool call: the tool's own line, then a line for each run of evidence.

    Lines that begin with two spaces are details: the text behind a value, places, scores.

        read_text img_1 "total"
        e1 "total" = "60.30"
          text "TOTAL RM 60.30" at 12,300,200,330 score 0.98
        e2-e4 "dog" x3
          e2 at 10,10,50,50 score 0.91
        e5 "cat" none
        e6 "dog" unsure
        e7-e8 "animal" x2
          e7 value "dog" at 10,10,50,50 score 0.91
        e9-e10 "item" x2
          e9 "Tea" = "2.10" text "Tea | Price: 2.10" at 12,300,200,330 score 0.93
        e11 "Is it raining?" = "yes" estimate
          score 0.81
        e12 "a kitchen" estimate none
          score 0.97
    """
    own_line = _own_line(report.summary) if report.summary.strip() else ""
    return report_of_runs(own_line, evidence, _run)


def harmless(text: str) -> str:
    """Text on one line: nothing that nobody sees, and no beginning of a template's mark."""
    line = " ".join(text.split())
    line = "".join(_escaped(c) if unicodedata.category(c) in _UNSEEN else c for c in line)
    return _MARK.sub(lambda mark: _escaped(mark[0]), line)


def quoted(content: object) -> str:
    """A text as a JSON string on one line, cut to `MAX_TEXT` characters."""
    return harmless(json.dumps(shortened(str(content)), ensure_ascii=False))


def _escaped(character: str) -> str:
    """As JSON escapes it."""
    return "".join(f"\\u{unit:04x}" for unit in _utf16(character))


def _utf16(character: str) -> Iterable[int]:
    data = character.encode("utf-16-be", "surrogatepass")
    return (int.from_bytes(data[i : i + 2]) for i in range(0, len(data), 2))


def _own_line(summary: str) -> str:
    """The tool's words; in quotation marks where they would read as evidence or as an error."""
    line = harmless(summary)
    return quoted(summary) if _LINE_OF_EVIDENCE.match(line) else line


def _run(run: list[Evidence]) -> list[str]:
    first, last = run[0], run[-1]
    label = first.group if first.is_row else first.label or first.group
    named = f" {quoted(label)}" if label else ""
    if first.kind == "estimate":
        answer = f" = {_value(first.value)}" if first.value is not None else ""
        status = f" {first.status}" if first.status != "found" else ""
        return [f"{first.id}{named}{answer} estimate{status}", *_details(run)]
    if first.status != "found":
        return [f"{first.id}{named} {first.status}", *_details(run)]
    if first.group is not None:
        ids = first.id if first is last else f"{first.id}-{last.id}"
        return [f"{ids}{named} x{len(run)}", *_details(run)]
    if first.value is not None:
        return [f"{first.id}{named} = {_value(first.value)}", *_details(run)]
    if first.text is not None:
        return [f"{first.id}{named} text {quoted(first.text)}", *_details(run, text=False)]
    return [f"{first.id}{named}", *_details(run)]


def _value(value: str | float) -> str:
    return quoted(value) if isinstance(value, str) else str(value)


def _details(run: list[Evidence], *, text: bool = True) -> list[str]:
    details = []
    for e in run:
        parts = [e.id] if len(run) > 1 or e.is_row else []
        if e.is_row:
            parts.append(f"{quoted(e.label)} = {_value(e.value or '')}")
        if text and e.text is not None:
            parts.append(f"text {quoted(e.text)}")
        if e.member is not None:
            parts.append(f"value {quoted(e.member)}")
        if e.box_xyxy is not None:
            parts.append("at " + ",".join(f"{c:.0f}" for c in e.box_xyxy))
        details.append("  " + " ".join([*parts, f"score {e.score:.2f}"]))
    return details
