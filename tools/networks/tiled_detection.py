"""A second, closer look for what is small: tiles of the picture, joined without counting twice.

It is taken where a thing that was asked for was not found, or where many or small ones were, and
the picture is large enough for more to be there to see.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from tools.networks import boxes
from tools.networks.detectors import Box, Detector, Look, as_boxes
from tools.pictures.tiles import tiles
from tools.weights.sidefiles import Bars

MANY = 6
"""From so many things of a kind on, there may be more than the first look tells apart."""
SMALL = 0.12
"""A thing is small where its longer side is at most so much of the picture's."""
LEAST = 0.6
"""A picture is looked at from closer by where its longer side has at least so much of the pixels
that the network sees; below, there is nothing more to see."""
LARGEST = 0.3
"""Of a tile's longer side: what is larger adds nothing to the first look."""
EDGE = 2.0
"""A box that ends so many pixels from a tile's inner edge is cut by it."""
FAR = 3.0
"""From so many times the network's pixels on, a picture is cut in more and smaller tiles."""


def detect_tiled(
    detector: Detector, looks: Sequence[Look], bars: Bars, closely: Sequence[bool]
) -> list[list[Box]]:
    """What the detector sees, with a closer look where that may show more.

    Args:
        detector: whose boxes are joined.
        looks: pixels and labels, as `Detector.detect_many` takes them.
        bars: what counts as found; boxes from the floor on are given.
        closely: of each look, whether it may be taken again from closer by.

    Returns:
        Boxes of each look, best first.

    Raises:
        ToolUnavailableError: the weights cannot be loaded.
    """
    found = detector.detect_many(looks, bars.floor)
    needing = [
        _needing(seen, pixels, labels, bars.threshold, detector.side) if may else []
        for seen, (pixels, labels), may in zip(found, looks, closely, strict=True)
    ]
    closer = [
        (index, tile)
        for index, labels in enumerate(needing)
        if labels
        for tile in _tiles(looks[index][0], detector.side)
    ]
    parts = detector.detect_many(
        [_cut(looks[index][0], tile, needing[index]) for index, tile in closer], bars.floor
    )
    for index in dict.fromkeys(index for index, _ in closer):
        small = [
            box
            for (owner, tile), seen in zip(closer, parts, strict=True)
            if owner == index
            for box in _whole_and_small(seen, tile, looks[index][0].shape)
        ]
        found[index] = _joined(found[index], small)
    return found


def _joined(seen: list[Box], more: list[Box]) -> list[Box]:
    """Boxes of two looks in the same pixels; each thing once, best first."""
    names = dict(enumerate(sorted({label for label, _, _ in [*seen, *more]})))
    numbers = {label: number for number, label in names.items()}
    rows = [
        np.array([[*box, score, numbers[label]] for label, score, box in found], dtype=np.float32)
        for found in (seen, more)
    ]
    first, then = (part.reshape(-1, 6) for part in rows)
    return as_boxes(boxes.join(first, then), names)


def _whole_and_small(
    seen: list[Box], tile: tuple[int, int, int, int], shape: Sequence[int]
) -> Iterator[Box]:
    """What a tile adds, in pixels of the picture: things that it does not cut and that are small.

    What is cut lies whole in the next tile, and what is large was seen in the first look.
    """
    left, top, right, bottom = tile
    largest = LARGEST * max(right - left, bottom - top)
    inner = (left > 0, top > 0, right < shape[1], bottom < shape[0])
    for label, score, (x1, y1, x2, y2) in seen:
        gaps = (x1, y1, right - left - x2, bottom - top - y2)
        is_cut = any(at and gap < EDGE for at, gap in zip(inner, gaps, strict=True))
        if not is_cut and max(x2 - x1, y2 - y1) <= largest:
            yield label, score, (x1 + left, y1 + top, x2 + left, y2 + top)


def _needing(
    seen: list[Box], pixels: Any, labels: Sequence[str], threshold: float, side: int
) -> list[str]:
    """The labels for which a closer look may show more."""
    longer = max(pixels.shape[:2])
    if longer < LEAST * side:
        return []
    needing = []
    for label in dict.fromkeys(labels):
        sure = [box for name, score, box in seen if name == label and score >= threshold]
        sizes = [max(box[2] - box[0], box[3] - box[1]) / longer for box in sure]
        if not sure or len(sure) >= MANY or float(np.median(sizes)) <= SMALL:
            needing.append(label)
    return needing


def _tiles(pixels: Any, side: int) -> list[tuple[int, int, int, int]]:
    height, width = pixels.shape[:2]
    parts = 3 if max(height, width) >= FAR * side else 2
    shorter = max(1, round(parts * min(height, width) / max(height, width)))
    across, down = (parts, shorter) if width >= height else (shorter, parts)
    return tiles((width, height), across, down)


def _cut(pixels: Any, tile: tuple[int, int, int, int], labels: Sequence[str]) -> Look:
    left, top, right, bottom = tile
    return pixels[top:bottom, left:right], labels
