"""What the lines of a page say to a yes/no question about something written on it.

Allowed or forbidden, contained, free of charge, on sale, open, closed, obligatory: each is decided
from the lines alone, and the lines that decide are named. `None`: they do not say.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Literal

from tools.reading.ingredients import contains
from tools.reading.prose import talk_of
from tools.reading.rules import MAX_JOINED, Decision, ruling
from tools.words.notices import pattern, speaks_of, topics

Asked = Literal["allowed", "forbidden", "contains", "free", "sale", "open", "closed", "must"]

_DENIED = re.compile(r"\b(?:no|not|never|without|non)\b|n['’]t\b|不|无|未|勿|禁", re.IGNORECASE)
_CONDITION = re.compile(
    r"\b(?:for|if|when|with|from|until|only|under|over|before|after)\b|限|满|凭", re.I
)
_TIMES = re.compile(r"\d\s*[:.]\s*\d\d|\d\s*[-–]\s*\d|\d\s*(?:am|pm|h\b|点|时)", re.IGNORECASE)


def decide(asked: Asked, topic: str, lines: Sequence[str]) -> Decision | None:
    """What the lines say; `topic` is what the question names ("dogs", "park here")."""
    return _DECIDE[asked](lines, topic)


def spans_about(lines: Sequence[str], topic: str) -> list[tuple[int, ...]]:
    """The lines that speak of all of a topic; where none does, those that do together.

    Lines that talk to whoever reads them out (`tools.reading.prose`) are none.
    """
    wanted = topics(topic)
    silent = {i for i, line in enumerate(lines) if talk_of(line) == "instruction"}
    for count in range(1, MAX_JOINED + 1) if wanted else ():
        spans = (tuple(range(at, at + count)) for at in range(len(lines) - count + 1))
        found = [
            span
            for span in spans
            if not silent.intersection(span)
            and speaks_of("\n".join(lines[i] for i in span), wanted)
        ]
        if found:
            return found
    return []


def _allowed(lines: Sequence[str], topic: str) -> Decision | None:
    return ruling(lines, topic)


def _forbidden(lines: Sequence[str], topic: str) -> Decision | None:
    return _turned(ruling(lines, topic))


def _turned(decision: Decision | None) -> Decision | None:
    if decision is None or decision.truth is None:
        return decision
    return Decision(not decision.truth, decision.at)


def _says(kind: str) -> Callable[[Sequence[str], str], Decision | None]:
    """Whether lines that speak of the topic have a word of a kind, and deny and limit nothing."""

    def decided(lines: Sequence[str], topic: str) -> Decision | None:
        spans = spans_about(lines, topic)
        for span in spans:
            text = " ".join(lines[i] for i in span)
            if not pattern(kind).search(text) or _is_free_of(kind, text):
                continue
            more = (span[-1] + 1,) if kind == "free" and _goes_on(lines, span[-1]) else ()
            limited = kind == "free" and (more or _CONDITION.search(text))
            return Decision(None if limited or _DENIED.search(text) else True, (*span, *more))
        others = (i for i, line in enumerate(lines) if spans and pattern(kind).search(line))
        return Decision(None, tuple(sorted({*spans[0], *others}))) if spans else None

    return decided


def _is_free_of(kind: str, line: str) -> bool:
    """Whether "free" says that something is not in it, as in sugar-free."""
    return (
        kind == "free"
        and re.search(r"-free\b|\bfree (?:from|of)\b(?! charge)", line, re.I) is not None
    )


def _goes_on(lines: Sequence[str], at: int) -> bool:
    """Whether the next line limits this one: "for members"."""
    return at + 1 < len(lines) and _CONDITION.match(lines[at + 1].strip()) is not None


def _state(is_open: bool) -> Callable[[Sequence[str], str], Decision | None]:
    """Whether it is open, where one word says so; neither where hours are printed beside it."""

    def decided(lines: Sequence[str], topic: str) -> Decision | None:
        about = [i for span in spans_about(lines, topic) for i in span] or range(len(lines))
        said = {
            state: [
                i for i in about if pattern(state).search(lines[i]) and not _DENIED.search(lines[i])
            ]
            for state in ("open", "closed")
        }
        if bool(said["open"]) is bool(said["closed"]):
            return None
        state = "open" if said["open"] else "closed"
        hours = {i for i, line in enumerate(lines) if _TIMES.search(line)}
        if hours:
            return Decision(None, tuple(sorted({*said[state], *hours})))
        return Decision((state == "open") is is_open, tuple(said[state]))

    return decided


_DECIDE: dict[Asked, Callable[[Sequence[str], str], Decision | None]] = {
    "allowed": _allowed,
    "forbidden": _forbidden,
    "contains": contains,
    "free": _says("free"),
    "sale": _says("sale"),
    "must": _says("must"),
    "open": _state(True),
    "closed": _state(False),
}
