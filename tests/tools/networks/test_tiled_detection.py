"""Small things are seen from closer by, once each."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.networks.detectors import Box, Detector, Look
from tools.networks.tiled_detection import detect_tiled
from tools.pictures.tiles import tiles
from tools.weights.sidefiles import Bars

BARS = Bars(0.4, 0.2)


class ShortSighted(Detector):
    """Sees white squares of at least a tenth of what it looks at, at most 100 pixels wide."""

    side = 200

    def __init__(self) -> None:
        super().__init__(Path("none.pt"))
        self.looks: list[tuple[int, ...]] = []

    def labels(self) -> list[str]:
        return ["dog", "cat"]

    def detect_many(self, looks: Sequence[Look], floor: float) -> list[list[Box]]:
        self.looks += [pixels.shape[:2] for pixels, _ in looks]
        return [list(self._see(pixels, labels)) for pixels, labels in looks]

    def _see(self, pixels: np.ndarray, labels: Sequence[str]) -> list[Box]:
        import cv2

        white = (pixels[:, :, 0] > 200).astype(np.uint8)
        _, _, stats, _ = cv2.connectedComponentsWithStats(white)
        return [
            ("dog", 0.9, (float(x), float(y), float(x + w), float(y + h)))
            for x, y, w, h, _ in stats[1:]
            if "dog" in labels and max(w, h) >= 0.1 * max(pixels.shape[:2])
        ]


def scene(squares: Sequence[tuple[int, int, int]], size: int = 400) -> np.ndarray:
    pixels = np.zeros((size, size, 3), np.uint8)
    for x, y, side in squares:
        pixels[y : y + side, x : x + side] = 255
    return pixels


def found(pixels: np.ndarray, labels: Sequence[str], *, closely: bool = True) -> list[Box]:
    return detect_tiled(ShortSighted(), [(pixels, labels)], BARS, [closely])[0]


def test_what_is_small_is_found_by_a_closer_look() -> None:
    pixels = scene([(60, 60, 30)])
    assert found(pixels, ["dog"], closely=False) == []
    (box,) = found(pixels, ["dog"])
    assert box[2] == (60, 60, 90, 90)


def test_what_lies_on_a_seam_counts_once() -> None:
    """250 pixels are a tile of 400: 125 to 275 lie in two, in each direction."""
    squares = [(x, y, 30) for x in (130, 200, 240) for y in (130, 200, 240)]
    assert len(found(scene(squares), ["dog"])) == len(squares)


def test_what_is_cut_is_not_told() -> None:
    """The tiles show parts of a thing that the first look sees whole."""
    (box,) = found(scene([(100, 100, 200)]), ["dog"])
    assert box[2] == (100, 100, 300, 300)


def test_large_things_need_no_second_look() -> None:
    detector = ShortSighted()
    detect_tiled(detector, [(scene([(50, 50, 90)]), ["dog"])], BARS, [True])
    assert len(detector.looks) == 1
    detect_tiled(detector, [(scene([(50, 50, 90)]), ["dog", "cat"])], BARS, [True])
    assert len(detector.looks) == 2 + 4


def test_a_small_picture_has_nothing_more_to_show() -> None:
    detector = ShortSighted()
    detect_tiled(detector, [(scene([], 100), ["dog"])], BARS, [True])
    assert detector.looks == [(100, 100)]


def test_looks_do_not_mix() -> None:
    pictures = [scene([(60, 60, 30)]), scene([]), scene([(300, 300, 30), (10, 200, 30)])]
    together = detect_tiled(ShortSighted(), [(p, ["dog"]) for p in pictures], BARS, [True] * 3)
    assert together == [found(p, ["dog"]) for p in pictures]
    assert [len(boxes) for boxes in together] == [1, 0, 2]


@given(st.integers(2, 3000), st.integers(2, 3000), st.integers(1, 3), st.integers(1, 3))
def test_tiles_cover_the_picture(width: int, height: int, across: int, down: int) -> None:
    parts = tiles((width, height), across, down)
    assert len(parts) == across * down
    assert min(p[0] for p in parts) == min(p[1] for p in parts) == 0
    assert (max(p[2] for p in parts), max(p[3] for p in parts)) == (width, height)
    columns = sorted({(p[0], p[2]) for p in parts})
    assert all(after[0] <= before[1] for before, after in pairwise(columns))


@pytest.mark.parametrize("shape", [(1, 1), (1, 900), (900, 1), (3, 2000)])
def test_thin_pictures_are_no_error(shape: tuple[int, int]) -> None:
    assert found(np.zeros((*shape, 3), np.uint8), ["dog"]) == []
