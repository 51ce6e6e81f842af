"""The points of sRGB that stand for each colour, read from `colour_points.txt`."""

from __future__ import annotations

from functools import cache

from tools.words.lists import columns_of


@cache
def colour_points() -> dict[str, tuple[tuple[int, int, int], ...]]:
    """The label of each colour → its points, red, green and blue in 0..255.

    Raises:
        ValueError: a line is not `label | rrggbb rrggbb …`.
    """
    found = {}
    for label, points in columns_of("colour_points", 2):
        found[label] = tuple(_rgb(point) for point in points.split())
    return found


def _rgb(point: str) -> tuple[int, int, int]:
    red, green, blue = bytes.fromhex(point)
    return red, green, blue
