"""The plain shape of an area: circle, oval, square, rectangle or triangle."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

    Mask = np.ndarray[Any, np.dtype[np.bool_]]

WHOLE = 0.95
"""The share of an area that hangs together where it is one."""
LEAST_SIDE = 6
"""Pixels; less shows no shape."""
ALIKE = 0.93
"""Overlap (intersection over union) with the ideal shape in the same box."""
EQUAL_SIDES = 1.15
"""Longer side over shorter, up to which an oval is a circle and a rectangle a square."""


def shape_of(mask: Mask, aspect: float) -> str | None:
    """The shape of an area that hangs together; None of any other, and of several areas.

    Args:
        mask: (height, width), evenly spaced pixels, perhaps wider apart in one direction.
        aspect: width over height of the area in the picture.
    """
    import cv2
    import numpy as np

    _, labels, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8))
    sizes = stats[1:, cv2.CC_STAT_AREA]
    if not len(sizes) or sizes.max() < WHOLE * sizes.sum():
        return None
    best = 1 + int(sizes.argmax())
    left, top, width, height = (int(side) for side in stats[best][:4])
    if min(width, height) < LEAST_SIDE:
        return None
    area = labels[top : top + height, left : left + width] == best
    overlaps = {
        name: max((area & ideal).sum() / (area | ideal).sum() for ideal in ideals)
        for name, ideals in _ideals(height, width).items()
    }
    name = max(overlaps, key=lambda name: overlaps[name])
    if overlaps[name] < ALIKE:
        return None
    is_equal = max(aspect, 1 / aspect) <= EQUAL_SIDES
    return {"oval": "circle", "rectangle": "square"}.get(name, name) if is_equal else name


def _ideals(height: int, width: int) -> dict[str, list[Mask]]:
    """Each shape as it fills a box; a triangle stands on any of its four sides."""
    import numpy as np

    down = ((np.arange(height) + 0.5) / height)[:, None]
    across = ((np.arange(width) + 0.5) / width)[None]
    return {
        "oval": [(2 * down - 1) ** 2 + (2 * across - 1) ** 2 <= 1],
        "rectangle": [np.ones((height, width), bool)],
        "triangle": [
            np.abs(2 * across - 1) <= down,
            np.abs(2 * across - 1) <= 1 - down,
            np.abs(2 * down - 1) <= across,
            np.abs(2 * down - 1) <= 1 - across,
        ],
    }
