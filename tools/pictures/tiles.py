"""Tiles: overlapping parts of a picture, for looking at it from closer by."""

from __future__ import annotations

OVERLAP = 0.25
"""Of a tile's side: so much of it lies in its neighbour, too."""


def tiles(size_wh: tuple[int, int], across: int, down: int) -> list[tuple[int, int, int, int]]:
    """Boxes_xyxy of equal tiles that cover a picture and overlap by `OVERLAP`, row by row."""
    width, height = size_wh
    columns, rows = _spans(width, across), _spans(height, down)
    return [(left, top, right, bottom) for top, bottom in rows for left, right in columns]


def _spans(length: int, parts: int) -> list[tuple[int, int]]:
    """Starts and ends of the parts of an edge."""
    if parts == 1:
        return [(0, length)]
    size = length / (parts - (parts - 1) * OVERLAP)
    step = (length - size) / (parts - 1)
    return [(round(at * step), min(length, round(at * step + size))) for at in range(parts)]
