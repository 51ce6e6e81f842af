"""Finds QR codes that cannot be read by the squares in their corners.

Such a finder pattern is a dark square of 3 modules in a light one of 5 in a dark one of 7 (ISO/IEC
18004, 6.3.3). Two of one size, as far apart as a code is wide, are a code; a third may be torn off.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from tools.evidence import BoxXyxy

if TYPE_CHECKING:
    import numpy as np

    Grey = np.ndarray[Any, np.dtype[np.uint8]]

SIDE = 1600
"""Pixels of the longer side that are looked at."""
LEAST_SIDE = 10.0
"""Pixels of the outer square."""
SIDES = ((5 / 7, 0.12), (3 / 7, 0.12))
"""The sides of the inner squares as shares of the outer one's, and by how much they may be off."""
FILLED = 0.75
"""The least share of its own smallest rectangle that each of the squares covers."""
EQUAL = 1.25
"""The most that one finder pattern, or one side of a square, is larger than the other."""
APART = (14 / 7 - 0.2, 170 / 7)
"""Middles of two patterns of one code, in their sides: 14 modules and more, 170 in the largest."""


class _Square(NamedTuple):
    x: float
    y: float
    side: float


def finder_boxes(grey: Grey, known: Sequence[BoxXyxy]) -> list[BoxXyxy]:
    """Boxes around the finder patterns that belong to one code each: two or three of them.

    Args:
        grey: uint8, shape (height, width).
        known: boxes of codes that were read, whose patterns are left out.
    """
    import cv2

    scale = min(1.0, SIDE / max(grey.shape))
    small = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    groups: list[list[_Square]] = []
    left = [s for s in _finders(small) if not any(_holds(box, s, scale) for box in known)]
    for one, other in itertools.combinations(left, 2):
        if _are_of_one_code(one, other):
            near = [g for g in groups if one in g or other in g]
            groups = [g for g in groups if g not in near]
            groups.append(list({one, other, *itertools.chain(*near)}))
    return [_around(group, scale) for group in groups]


def _holds(box: BoxXyxy, square: _Square, scale: float) -> bool:
    x, y = square.x / scale, square.y / scale
    return box[0] <= x <= box[2] and box[1] <= y <= box[3]


def _finders(grey: Grey) -> list[_Square]:
    """The finder patterns, dark on light."""
    import cv2

    _, dark = cv2.threshold(grey, 0, 255, cv2.THRESH_BINARY_INV | cv2.THRESH_OTSU)
    contours, tree = cv2.findContours(dark, cv2.RETR_TREE, cv2.CHAIN_APPROX_NONE)
    if tree is None:
        return []
    found = []
    for index, (_, _, child, parent) in enumerate(tree[0]):
        if child >= 0 or parent < 0 or tree[0][parent][3] < 0:
            continue
        chain = [contours[i] for i in (tree[0][parent][3], parent, index)]
        squares = [_square(contour) for contour in chain]
        if (outer := _pattern(squares)) is not None:
            found.append(outer)
    return found


def _square(contour: Any) -> _Square | None:
    """The square that a contour is; None where it is none."""
    import cv2

    (x, y), sides, _ = cv2.minAreaRect(contour)
    short, long = sorted(side + 1 for side in sides)
    if long > EQUAL * short or cv2.contourArea(contour) < FILLED * (short - 1) * (long - 1):
        return None
    return _Square(x, y, (short + long) / 2)


def _pattern(squares: list[_Square | None]) -> _Square | None:
    """The outer square where the three lie in one another as in a finder pattern."""
    outer, *inner = squares
    if outer is None or outer.side < LEAST_SIDE:
        return None
    for square, (share, slack) in zip(inner, SIDES, strict=True):
        if square is None or abs(square.side / outer.side - share) > slack:
            return None
        if max(abs(square.x - outer.x), abs(square.y - outer.y)) > slack * outer.side:
            return None
    return outer


def _are_of_one_code(one: _Square, other: _Square) -> bool:
    smaller, larger = sorted((one.side, other.side))
    apart = float(((one.x - other.x) ** 2 + (one.y - other.y) ** 2) ** 0.5)
    return larger <= EQUAL * smaller and APART[0] <= apart / larger <= APART[1]


def _around(squares: list[_Square], scale: float) -> BoxXyxy:
    half = max(square.side for square in squares) / 2
    xs, ys = [square.x for square in squares], [square.y for square in squares]
    left, top, right, bottom = min(xs) - half, min(ys) - half, max(xs) + half, max(ys) + half
    side = max(right - left, bottom - top)  # of two in one row, or one column: a square
    return left / scale, top / scale, (left + side) / scale, (top + side) / scale
