"""What a page answers to one query: the value, its type and text, where it stands, and how sure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tools.evidence import BoxXyxy, Status, ValueType
from tools.reading.lines import Line, union

SURE = 0.5
"""Scores from here on are reported as found, below as unsure."""


@dataclass(frozen=True)
class Match:
    """One answer of a page: what, as which type, read from which text, where, how sure.

    One that is unsure and has no value stands for values that contradict each other.
    """

    value: str | None
    value_type: ValueType | None
    text: str
    box_xyxy: BoxXyxy
    score: float
    currency: str | None = None
    label: str | None = None
    """What the page calls it, where that is not what was asked for: a row of a table."""
    group: str | None = None
    """What all rows together are, where a whole column was asked for."""

    @property
    def status(self) -> Status:
        """`found` from `SURE` on, else `unsure`."""
        return "found" if self.score >= SURE else "unsure"


def match_of(
    value: str | None,
    value_type: ValueType | None,
    lines: Sequence[Line],
    score: float,
    currency: str | None = None,
) -> Match:
    """A match on these lines, its score cut to [0, 1]."""
    return Match(
        value,
        value_type,
        "\n".join(line.text for line in lines),
        union([line.box_xyxy for line in lines]),
        min(max(score, 0.0), 1.0),
        currency,
    )


def disagreeing(lines: Sequence[Line]) -> Match:
    """No value: these lines give different ones, and nothing tells which is right."""
    return match_of(None, None, list(dict.fromkeys(lines)), 0.45)
