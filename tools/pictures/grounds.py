"""The ground that a transparent picture is laid on, so that what it shows can be read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tools.pictures.oklab import oklab

if TYPE_CHECKING:
    import numpy as np

    Pixels = np.ndarray[Any, np.dtype[np.uint8]]
    Mask = np.ndarray[Any, np.dtype[np.bool_]]

WHITE, BLACK, GREY = 255, 0, 110
ENOUGH = 0.3
"""Difference of OKLab lightness from which on a rim stands out; white is taken where it does."""
FEW = 10
"""Per cent of the rim that need not stand out."""
MOST = 100_000
"""Pixels of the rim that are looked at, evenly spaced."""


def readable_ground(rgb: Pixels, shown: Mask) -> int:
    """The grey level of a ground from which the rim of what is shown stands out.

    White wherever that does, else the best of black and grey (white and black letters side by
    side). What lies within the shown parts does not count: it has a ground of its own.

    Args:
        rgb: uint8 (height, width, 3), colours as if nothing were transparent.
        shown: (height, width), False where the picture is transparent.
    """
    import numpy as np

    rim = rgb[_rim(shown)]
    if not len(rim):
        return WHITE
    lightness = oklab(rim[:: -(-len(rim) // MOST)])[:, 0]
    levels = oklab(np.array([[level] * 3 for level in (WHITE, BLACK, GREY)]))[:, 0]
    apart = np.percentile(np.abs(lightness[:, None] - levels), FEW, axis=0)
    if apart[0] >= ENOUGH:
        return WHITE
    return (WHITE, BLACK, GREY)[int(apart.argmax())]


def _rim(shown: Mask) -> Mask:
    """The shown pixels that have a transparent one beside, above or below them."""
    import numpy as np

    padded = np.pad(shown, 1, constant_values=True)
    inner = padded[:-2, 1:-1] & padded[2:, 1:-1] & padded[1:-1, :-2] & padded[1:-1, 2:]
    return shown & ~inner
