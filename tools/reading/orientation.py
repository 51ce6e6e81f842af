"""Which way up a page is, and the way back for boxes. Numbers only: no models are run here.

A quarter turn is counter-clockwise, as in `numpy.rot90`.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tools.reading.engine import Pixels, Quads

TALL = 1.5
"""A box this many times higher than wide holds a line that stands on its side."""


def size_of_quads(quads: Quads) -> tuple[np.ndarray, np.ndarray]:
    """Widths (along the first edge) and heights of Nx4x2 quadrilaterals, in pixels."""
    widths = np.linalg.norm(quads[:, 1] - quads[:, 0], axis=1)
    heights = np.linalg.norm(quads[:, 3] - quads[:, 0], axis=1)
    return widths, heights


def lies_sideways(quads: Quads) -> bool:
    """Whether most of the text, by length of line, runs up or down the page."""
    if not len(quads):
        return False
    widths, heights = size_of_quads(quads)
    standing = heights[heights >= TALL * widths].sum()
    lying = widths[widths >= TALL * heights].sum()
    return bool(standing > lying)


def longest(quads: Quads, count: int) -> list[int]:
    """Indices of the `count` longest boxes: long lines tell the direction best."""
    widths, heights = size_of_quads(quads)
    return [int(i) for i in np.argsort(-np.maximum(widths, heights), kind="stable")[:count]]


def share_upside_down(votes: Sequence[float]) -> float:
    """Mean of the votes (each in [0, 1]); 0 where nobody voted."""
    return float(np.mean(votes)) if len(votes) else 0.0


def turned(pixels: Pixels, quarter_turns: int) -> Pixels:
    """The page after `quarter_turns` counter-clockwise."""
    return np.ascontiguousarray(np.rot90(pixels, quarter_turns % 4))


def quads_turned_back(quads: Quads, quarter_turns: int, size_wh: tuple[int, int]) -> Quads:
    """Corners seen on the turned page, in pixels of the page as it was given (`size_wh`)."""
    width, height = size_wh
    x, y = quads[..., 0], quads[..., 1]
    given = {
        0: (x, y),
        1: (width - y, x),
        2: (width - x, height - y),
        3: (y, height - x),
    }[quarter_turns % 4]
    return np.stack(given, axis=-1).astype(quads.dtype)
