"""The canvas on which a detector sees a picture, and the way of its boxes back.

There are few canvases, so that pictures of most sizes go together in one batch. A picture is scaled
and padded as ultralytics does it (`LetterBox`), without its import of seconds.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

GREY = 114
"""What a picture is padded with."""
_SHAPES = ((1.0, 1.0), (1.0, 0.75), (0.75, 1.0))
"""Height and width of the canvases, in sides: square, and the two of most cameras."""


def canvas(shape: Sequence[int], side: int, stride: int = 32) -> tuple[int, int]:
    """Height and width, whole strides, of the smallest canvas that a picture of this shape fits.

    Args:
        shape: height and width of the picture.
        side: pixels of the longer side that the network sees.
        stride: of which height and width are multiples.
    """
    share = side / max(shape[:2])
    fits = []
    for down, across in _SHAPES:
        height, width = (-(-round(side * part) // stride) * stride for part in (down, across))
        if round(shape[0] * share) <= height and round(shape[1] * share) <= width:
            fits.append((height, width))
    return min(fits, key=lambda size: size[0] * size[1])


def letterboxed(pixels: Any, shape_hw: tuple[int, int]) -> NDArray[np.uint8]:
    """A picture as large as a canvas holds, in its middle, padded with grey."""
    import cv2

    (height, width), (top, left) = _placed(pixels.shape, shape_hw)
    board = np.full((*shape_hw, 3), GREY, np.uint8)
    board[top : top + height, left : left + width] = cv2.resize(
        np.ascontiguousarray(pixels), (width, height), interpolation=cv2.INTER_LINEAR
    )
    return board


def unboxed(
    rows: NDArray[np.float32], shape_hw: tuple[int, int], shape: Sequence[int]
) -> NDArray[np.float32]:
    """Rows whose boxes_xyxy lie on a canvas, with boxes in the picture instead, clipped to it.

    Args:
        rows: (boxes, 4 and more), the box first.
        shape_hw: of the canvas.
        shape: height and width of the picture.
    """
    (height, width), (top, left) = _placed(shape, shape_hw)
    moved = rows.copy()
    for first, start, seen, pixels in ((0, left, width, shape[1]), (1, top, height, shape[0])):
        edges = (moved[:, first:4:2] - start) * (pixels / seen)
        moved[:, first:4:2] = edges.clip(0, pixels)
    return moved


def _placed(
    shape: Sequence[int], shape_hw: tuple[int, int]
) -> tuple[tuple[int, int], tuple[int, int]]:
    """Height and width of a picture on a canvas, and where its upper left corner lies (y, x)."""
    scale = min(shape_hw[0] / shape[0], shape_hw[1] / shape[1])
    height, width = max(1, round(shape[0] * scale)), max(1, round(shape[1] * scale))
    top, left = (
        round((room - used) / 2 - 0.1) for room, used in zip(shape_hw, (height, width), strict=True)
    )
    return (height, width), (top, left)
