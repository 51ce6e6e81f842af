"""The title of a page and the line below it, told by their place and the size of their letters."""

from __future__ import annotations

from collections.abc import Sequence

from tools.reading.labels import FieldKind
from tools.reading.lines import Line
from tools.reading.matches import Match, match_of
from tools.reading.named import named

LARGER = 1.5
"""Lines of a title are so many times as high as most lines; "gap" is higher than "one" itself."""
SAME_SIZE = 1.3
MAX_CAPTION_LINES = 2
"""A picture with no more lines than these, of one size, is a caption and has no title."""


def title_of(lines: Sequence[Line], field: FieldKind) -> Match | None:
    """What a label calls the title, else the largest letters, else the first of several lines."""
    labelled = named(lines, field)
    if labelled is not None or not lines:
        return labelled
    title = _largest(lines)
    if title:
        return _as_match(title, 0.85)
    return _as_match(lines[:1], 0.55) if len(lines) > MAX_CAPTION_LINES else None


def subtitle_of(lines: Sequence[Line], field: FieldKind) -> Match | None:
    """What a label calls the subtitle, else the line below the title, else all of a caption."""
    labelled = named(lines, field)
    if labelled is not None or not lines:
        return labelled
    title = _largest(lines)
    if title:
        below = lines[lines.index(title[-1]) + 1 :]
        return _as_match(below[:1], 0.8) if below else None
    if len(lines) > MAX_CAPTION_LINES:
        return _as_match(lines[1:2], 0.55)
    return _as_match(lines, 0.8)


def _largest(lines: Sequence[Line]) -> list[Line]:
    """The lines in letters that are clearly larger than those of the page, one below another."""
    heights = sorted(line.height for line in lines)
    largest = heights[-1]
    if len(lines) < 2 or largest < LARGER * heights[(len(heights) - 1) // 2]:
        return []
    first = next(i for i, line in enumerate(lines) if line.height * SAME_SIZE >= largest)
    title = []
    for line in lines[first:]:
        if line.height * SAME_SIZE < largest:
            break
        title.append(line)
    return title


def _as_match(lines: Sequence[Line], score: float) -> Match:
    text = " ".join(line.text for line in lines)
    return match_of(text, "text", lines, score * min(line.score for line in lines))
