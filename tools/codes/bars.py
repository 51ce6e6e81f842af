"""Finds what looks like a linear bar code, whether or not it decodes: many bars of several widths.

Pure functions of pixels. Decoding is `tools.codes.decoding`'s.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tools.evidence import BoxXyxy

if TYPE_CHECKING:
    import numpy as np

    Grey = np.ndarray[Any, np.dtype[np.uint8]]
    Widths = np.ndarray[Any, np.dtype[np.int64]]

Box = tuple[int, int, int, int]

SIDE = 800
"""Pixels of the longer side that are looked at."""
LEAST_EDGES = 40
"""Of an EAN-8, which has 44 edges, nearly all; text on one line has fewer that stand upright."""
STRIPS = 4
ALIKE = 0.9
"""Correlation of any two strips of the bars, one below the other; letters change downwards."""
LEAST_CONTRAST = 15
"""Standard deviation of the brightness along a strip."""
LEAST_SIDES = (60, 14)
"""Width and height in pixels of what is worth a look."""
FLATTEST = 0.1
"""Height as a share of the width; lines of text are flatter."""
SPREAD = 0.25
"""Of the widths of the bars, and of the gaps; fences and blinds are more regular."""


@dataclass(frozen=True)
class Bars:
    """What looks like a linear bar code.

    Attributes:
        box_xyxy: in pixels of the picture.
        is_lying: whether its bars lie, so that it stands upright in the transposed picture.
        crops: its middle, in whole pixels of the (transposed) picture: all of it, then without the
            outermost bar of either side or both, which may be the sides of a frame.
    """

    box_xyxy: BoxXyxy
    is_lying: bool
    crops: tuple[Box, ...]


def bars_in(grey: Grey) -> list[Bars]:
    """What looks like upright bars side by side, or (lying) one upon another.

    Args:
        grey: uint8, shape (height, width).
    """
    import cv2
    import numpy as np

    scale = min(1.0, SIDE / max(grey.shape))
    small = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    found = []
    for is_lying in (False, True):
        seen = np.ascontiguousarray(small.T) if is_lying else small
        for left, top, right, bottom in _candidates(seen):
            crops = _crops(seen[top:bottom, left:right])
            if crops:
                box = (top, left, bottom, right) if is_lying else (left, top, right, bottom)
                quarter = (bottom - top) // 4
                found.append(
                    Bars(
                        box_xyxy=_scaled(box, scale),
                        is_lying=is_lying,
                        crops=tuple(
                            _whole(
                                (left + first, top + quarter, left + last, bottom - quarter), scale
                            )
                            for first, last in crops
                        ),
                    )
                )
    return found


def _candidates(grey: Grey) -> Iterator[Box]:
    """Boxes_xyxy in which brightness changes sideways and hardly up and down."""
    import cv2
    import numpy as np

    soft = cv2.GaussianBlur(grey, (3, 3), 0)
    across = np.abs(cv2.Sobel(soft, cv2.CV_32F, 1, 0, ksize=3))
    down = np.abs(cv2.Sobel(soft, cv2.CV_32F, 0, 1, ksize=3))
    change = cv2.blur(np.clip(across - 2 * down, 0, 255), (9, 9))
    marked = (change > 40).astype(np.uint8)
    joined = cv2.morphologyEx(marked, cv2.MORPH_CLOSE, np.ones((3, 21), np.uint8))
    opened = cv2.morphologyEx(joined, cv2.MORPH_OPEN, np.ones((9, 25), np.uint8))
    count, _, stats, _ = cv2.connectedComponentsWithStats(opened)
    for left, top, width, height, _ in stats[1:count]:
        if width >= LEAST_SIDES[0] and height >= max(LEAST_SIDES[1], FLATTEST * width):
            yield int(left), int(top), int(left + width), int(top + height)


def _crops(grey: Grey) -> list[tuple[int, int]]:
    """First and last column of the bars in a candidate, with and without its outermost bars.

    Empty where it holds no bars.
    """
    import numpy as np

    quarter = grey.shape[0] // 4
    middle = grey[quarter : grey.shape[0] - quarter].astype(np.float64)
    strips = np.array([strip.mean(axis=0) for strip in np.array_split(middle, STRIPS)])
    if strips.std(axis=1).min() < LEAST_CONTRAST or np.corrcoef(strips).min() < ALIKE:
        return []
    row = middle.mean(axis=0)
    dark = row < (np.percentile(row, 5) + np.percentile(row, 95)) / 2
    changes = np.flatnonzero(np.diff(np.pad(dark, 1).astype(np.int8)))
    starts, ends = changes[::2], changes[1::2]
    if len(changes) < LEAST_EDGES:
        return []
    if min(_spread(ends - starts), _spread(starts[1:] - ends[:-1])) < SPREAD:
        return []
    return [
        (max(0, int(starts[first]) - 1), min(len(row), int(ends[-1 - last]) + 1))
        for first, last in ((0, 0), (1, 1), (1, 0), (0, 1))
    ]


def _spread(widths: Widths) -> float:
    """The standard deviation as a share of the mean."""
    return float(widths.std() / widths.mean())


def _scaled(box: Box, scale: float) -> BoxXyxy:
    left, top, right, bottom = (side / scale for side in box)
    return left, top, right, bottom


def _whole(box: Box, scale: float) -> Box:
    left, top, right, bottom = (round(side / scale) for side in box)
    return left, top, right, bottom
