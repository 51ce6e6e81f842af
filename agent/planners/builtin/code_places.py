"""Which of several codes is meant: by its place among them, or by the caption beside it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

from tools.evidence import BoxXyxy, Evidence

Side = Literal["below", "above", "beside"]

NEAR = 0.15
"""Two codes lie at one side where their middles differ by less, as a share of all of their extent."""
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


def _at(codes: list[Evidence], place: str) -> list[Evidence]:
    axes = (1,) if place in ("top", "bottom") else (0,)
    if place == "middle":  # along the longer side of what they cover
        axes = (0, 1)
    spans = {axis: [_middle(code)[axis] for code in codes] for axis in axes}
    axis = max(axes, key=lambda axis: max(spans[axis]) - min(spans[axis]))
    low, high = min(spans[axis]), max(spans[axis])
    target = {"left": low, "top": low, "middle": (low + high) / 2}.get(place, high)
    slack = NEAR * (high - low)
    return [code for code in codes if abs(_middle(code)[axis] - target) <= slack]


def beside_caption(
    codes: Sequence[Evidence], lines: Sequence[Evidence], caption: str, side: Side
) -> tuple[Evidence, Evidence] | None:
    """The code that stands `side` a caption, nearest to it, and the caption; None without such."""
    from rapidfuzz import fuzz, utils

    wanted = utils.default_process(caption)
    pairs = [
        (_apart(code, line), code, line)
        for line in lines
        if fuzz.ratio(wanted, utils.default_process(line.text or "")) >= ALIKE
        or f" {wanted} " in f" {utils.default_process(line.text or '')} "
        for code in codes
        if code.picture.id == line.picture.id and _is_at(code, line, side)
    ]
    if not pairs:
        return None
    _, code, line = min(pairs, key=lambda pair: pair[0])
    return code, line


def below(code: Evidence, line: Evidence) -> bool:
    """Whether a line stands below (or just in) a code, and within its width."""
    left, top, right, bottom = _box(code)
    x, y = _middle(line)
    return line.picture.id == code.picture.id and left <= x <= right and y >= (top + bottom) / 2


def _is_at(code: Evidence, line: Evidence, side: Side) -> bool:
    if side == "below":
        return _middle(code)[1] > _middle(line)[1]
    return side == "beside" or _middle(code)[1] < _middle(line)[1]


def _apart(one: Evidence, other: Evidence) -> float:
    """The distance of two boxes, in pixels."""
    a, b = _box(one), _box(other)
    across = max(0.0, a[0] - b[2], b[0] - a[2])
    down = max(0.0, a[1] - b[3], b[1] - a[3])
    return float((across**2 + down**2) ** 0.5)


def _middle(e: Evidence) -> tuple[float, float]:
    left, top, right, bottom = _box(e)
    return (left + right) / 2, (top + bottom) / 2


def _box(e: Evidence) -> BoxXyxy:
    return e.box_xyxy or (0.0, 0.0, 0.0, 0.0)
