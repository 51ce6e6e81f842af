"""Which lines of a picture a description quotes: the largest of those that surely can be read."""

from __future__ import annotations

import re
from dataclasses import dataclass

from agent.grounding.notices import cut_short
from agent.planners.builtin.plans.asked import READ
from agent.planners.builtin.plans.looks import Looks
from tools.evidence import Evidence

QUOTED = 3
"""Lines that are quoted of many."""
LONGEST = 60
"""Characters of a line that is quoted."""
SURE = 0.85
_WORD = re.compile(r"[^\W_]{3}|[\u4e00-\u9fff]{2}")
"""What a line must hold to be more than a mark that was taken for letters."""


@dataclass(frozen=True)
class Text:
    """All the text of a picture or region as one piece of evidence, and its lines, from the top."""

    whole: Evidence
    lines: list[Evidence]

    def quotable(self, most: int = QUOTED) -> list[Evidence]:
        """The lines in the largest letters that are short and sure, from the top.

        None that says the opposite of the whole: "DOGS ALLOWED" of NO DOGS ALLOWED.
        """
        fit = [e for e in self.lines if self._is_quotable(e)]
        largest = sorted(fit, key=height, reverse=True)[:most]
        return [e for e in fit if e in largest]

    def _is_quotable(self, line: Evidence) -> bool:
        text = line.text or ""
        return (
            line.score >= SURE
            and len(text) <= LONGEST
            and _WORD.search(text) is not None
            and cut_short(text, [self.whole]) is None
        )


def text_of(looks: Looks, region: str | None = None) -> Text | None:
    """What was read in a picture or a region; None where nothing was, or not surely."""
    read = looks.found(READ, query=None, region=region)
    lines = [e for e in read if e.group == "line"]
    whole = next((e for e in read if e.group is None), None)
    return Text(whole, lines) if whole is not None and lines else None


def height(evidence: Evidence) -> float:
    """Of its box, in pixels; 0 without one."""
    return evidence.box_xyxy[3] - evidence.box_xyxy[1] if evidence.box_xyxy else 0.0


def share(evidence: Evidence) -> float:
    """The part of the picture that its box covers, in [0, 1]."""
    if evidence.box_xyxy is None:
        return 0.0
    left, top, right, bottom = evidence.box_xyxy
    return (right - left) * (bottom - top) / (evidence.picture.width * evidence.picture.height)
