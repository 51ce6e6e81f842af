"""Which of several codes is meant: by its place among them, or by the caption beside it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Literal

from tools.evidence import BoxXyxy, Evidence

Side = Literal["below", "above", "beside"]

NEAR = 0.15
"""Two codes lie at one side where their middles differ by less, as a share of their extent."""
ALIKE = 85
"""Of 100: how like the words of the question a caption is that is meant."""


def placed(codes: Sequence[Evidence], places: Iterable[str]) -> list[Evidence]:
    """The codes at those places (`left`, `top` …) of each picture, as they lie to one another."""
    kept = [code for code in codes if code.box_xyxy is not None or not places]
    for place in places:
        pictures = dict.fromkeys(code.picture.id for code in kept)
        kept = [
            code
            for picture in pictures
            for code in _at([c for c in kept if c.picture.id == picture], place)
        ]
    return kept


def lies_at(code: Evidence, place: str) -> bool:
    """Whether the middle of a code lies at one side of its picture, or in the middle of it."""
    x, y = _middle(_box(code))
    across, down = x / code.picture.width, y / code.picture.height
    if place == "middle":
        return all(abs(share - 0.5) <= NEAR for share in (across, down))
    sides = {"left": across, "right": 1 - across, "top": down, "bottom": 1 - down}
    return sides[place] < 0.5


def _at(codes: list[Evidence], place: str) -> list[Evidence]:
    axes = {"top": [1], "bottom": [1], "middle": [0, 1]}.get(place, [0])
    spans = {axis: [_middle(_box(code))[axis] for code in codes] for axis in axes}
    axis = max(axes, key=lambda axis: max(spans[axis]) - min(spans[axis]))  # the longer one
    low, high = min(spans[axis]), max(spans[axis])
    target = {"left": low, "top": low, "middle": (low + high) / 2}.get(place, high)
    slack = NEAR * (high - low)
    return [code for code in codes if abs(_middle(_box(code))[axis] - target) <= slack]


def beside_caption(
    codes: Sequence[Evidence], lines: Sequence[Evidence], caption: str, side: Side
) -> tuple[Evidence, Evidence] | None:
    """The code that stands `side` a caption, nearest to it, and the caption; None without such."""
    pairs = [
        (_apart(_box(code), place), code, line)
        for line in lines
        if (place := _place_in(line, caption)) is not None
        for code in codes
        if code.picture.id == line.picture.id and _is_at(code, place, side)
    ]
    if not pairs:
        return None
    _, code, line = min(pairs, key=lambda pair: pair[0])
    return code, line


def _place_in(line: Evidence, caption: str) -> BoxXyxy | None:
    """Where in a line the caption stands, by its share of the letters; None where it does not."""
    from rapidfuzz import fuzz, utils

    found = fuzz.partial_ratio_alignment(
        caption, line.text or "", processor=utils.default_process, score_cutoff=ALIKE
    )
    if found is None or found.src_end - found.src_start < found.dest_end - found.dest_start:
        return None
    written = utils.default_process(line.text or "")
    before, behind = written[: found.dest_start], written[found.dest_end :]
    if re.search(r"[a-z0-9]$", before) or re.match(r"[a-z0-9]", behind):
        return None  # within a word
    left, top, right, bottom = _box(line)
    width = (right - left) / max(len(written), 1)
    return left + width * found.dest_start, top, left + width * found.dest_end, bottom


def below(code: Evidence, line: Evidence) -> bool:
    """Whether a line stands below (or just in) a code, and within its width."""
    left, top, right, bottom = _box(code)
    x, y = _middle(_box(line))
    return line.picture.id == code.picture.id and left <= x <= right and y >= (top + bottom) / 2


def _is_at(code: Evidence, place: BoxXyxy, side: Side) -> bool:
    lower = _middle(_box(code))[1] - _middle(place)[1]
    return side == "beside" or (lower > 0 if side == "below" else lower < 0)


def _apart(one: BoxXyxy, other: BoxXyxy) -> float:
    """The distance of two boxes, in pixels."""
    across = max(0.0, one[0] - other[2], other[0] - one[2])
    down = max(0.0, one[1] - other[3], other[1] - one[3])
    return float((across**2 + down**2) ** 0.5)


def _middle(box: BoxXyxy) -> tuple[float, float]:
    left, top, right, bottom = box
    return (left + right) / 2, (top + bottom) / 2


def _box(e: Evidence) -> BoxXyxy:
    return e.box_xyxy or (0.0, 0.0, 0.0, 0.0)
