"""How the boxes of two things lie to one another in a picture, and compare; nothing of depth.

Left and right are the image's. A relation holds only where it is plain: boxes that overlap for the
most part lie neither left nor right of one another.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import hypot

from tools.evidence import BoxXyxy

PLAINLY = 1.1
"""What is bigger has so many times the size, at least."""
_APART = 0.5
"""The share of the narrower one that two boxes beside one another may have in common."""
_NEAR = 0.5
"""The gap between neighbours, as a share of the side of the smaller one (root of its area)."""
_RESTS = 0.7
"""The share of its width with which a thing lies above what it rests on."""


def _sizes(box: BoxXyxy) -> tuple[float, float]:
    return box[2] - box[0], box[3] - box[1]


def _area(box: BoxXyxy) -> float:
    width, height = _sizes(box)
    return width * height


def _centre(box: BoxXyxy) -> tuple[float, float]:
    return (box[0] + box[2]) / 2, (box[1] + box[3]) / 2


def _common(one: BoxXyxy, other: BoxXyxy, axis: int) -> float:
    """How much two boxes have in common along an axis, in pixels; negative: the gap between."""
    return min(one[axis + 2], other[axis + 2]) - max(one[axis], other[axis])


def _shared(one: BoxXyxy, other: BoxXyxy) -> float:
    """The area that two boxes have in common."""
    return max(_common(one, other, 0), 0.0) * max(_common(one, other, 1), 0.0)


def _precedes(one: BoxXyxy, other: BoxXyxy, axis: int) -> bool:
    """Whether one lies before the other along an axis (0: left of it, 1: above it)."""
    (ahead, aside) = (_centre(other)[n] - _centre(one)[n] for n in (axis, 1 - axis))
    narrower = min(_sizes(one)[axis], _sizes(other)[axis])
    in_line = _common(one, other, 1 - axis) > 0 or ahead >= abs(aside)
    return ahead > 0 and in_line and _common(one, other, axis) <= _APART * narrower


def _rests_on(one: BoxXyxy, other: BoxXyxy) -> bool:
    """Whether a smaller thing has its lower edge within another, and lies above or upon it."""
    across = _common(one, other, 0) >= _RESTS * _sizes(one)[0]
    return across and _area(one) < _area(other) and other[1] <= one[3] <= other[3]


def _near(one: BoxXyxy, other: BoxXyxy) -> bool:
    """Whether two things lie side by side: the gap is small, and none lies within the other."""
    gaps = [_common(one, other, axis) for axis in (0, 1)]
    smaller = min(_area(one), _area(other))
    gap = hypot(*(min(g, 0.0) for g in gaps))
    return gap <= _NEAR * smaller**0.5 and _shared(one, other) <= _APART * smaller


def _between(one: BoxXyxy, first: BoxXyxy, second: BoxXyxy) -> bool:
    """Whether the centre of one lies about the line between those of two others, and it does not
    hold one of them."""
    (x, y), (x1, y1), (x2, y2) = map(_centre, (one, first, second))
    squared = (x2 - x1) ** 2 + (y2 - y1) ** 2
    behind_first = (x - x1) * (x2 - x1) + (y - y1) * (y2 - y1) > 0
    before_second = (x - x2) * (x1 - x2) + (y - y2) * (y1 - y2) > 0
    holds_one = any(_shared(one, other) > _APART * _area(other) for other in (first, second))
    off = abs((x - x1) * (y2 - y1) - (y - y1) * (x2 - x1))
    return behind_first and before_second and off <= squared / 4 and not holds_one


def _larger(size: Callable[[BoxXyxy], float]) -> Callable[[BoxXyxy, BoxXyxy], bool]:
    return lambda one, other: size(one) >= PLAINLY * size(other)


def _turned(relation: Callable[[BoxXyxy, BoxXyxy], bool]) -> Callable[[BoxXyxy, BoxXyxy], bool]:
    return lambda one, other: relation(other, one)


_BIGGER = _larger(_area)
_WIDER = _larger(lambda box: _sizes(box)[0])
_TALLER = _larger(lambda box: _sizes(box)[1])
_OF_TWO: dict[str, Callable[[BoxXyxy, BoxXyxy], bool]] = {
    "left of": lambda one, other: _precedes(one, other, 0),
    "right of": lambda one, other: _precedes(other, one, 0),
    "above": lambda one, other: _precedes(one, other, 1),
    "below": lambda one, other: _precedes(other, one, 1),
    "on": _rests_on,
    "near": _near,
    "bigger": _BIGGER,
    "smaller": _turned(_BIGGER),
    "taller": _TALLER,
    "shorter": _turned(_TALLER),
    "wider": _WIDER,
    "narrower": _turned(_WIDER),
}
SIZES = frozenset({"bigger", "smaller", "taller", "shorter", "wider", "narrower"})
PLACES = frozenset(_OF_TWO) - SIZES | {"between"}


def holds(relation: str, thing: BoxXyxy, others: Sequence[BoxXyxy]) -> bool:
    """Whether a thing stands in a relation to another, or lies between two; by boxes in pixels.

    Raises:
        KeyError: the relation is none of `PLACES` and `SIZES`.
    """
    if relation == "between":
        return len(others) == 2 and _between(thing, *others)
    return len(others) == 1 and _OF_TWO[relation](thing, others[0])
