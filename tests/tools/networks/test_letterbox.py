"""The canvas on which a network sees a picture."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tools.networks.letterbox import canvas, letterboxed, unboxed

shapes = st.tuples(st.integers(1, 300), st.integers(1, 300))


@given(st.integers(1, 4000), st.integers(1, 4000), st.sampled_from([96, 320, 416, 640]))
def test_a_picture_fits_its_canvas(height: int, width: int, side: int) -> None:
    shape = canvas((height, width, 3), side)
    assert shape[0] % 32 == shape[1] % 32 == 0
    assert max(shape) <= side
    scale = side / max(height, width)
    assert round(height * scale) <= shape[0]
    assert round(width * scale) <= shape[1]


@given(st.lists(st.tuples(st.integers(1, 4000), st.integers(1, 4000)), min_size=1))
def test_there_are_few_canvases(shapes: list[tuple[int, int]]) -> None:
    assert len({canvas(shape, 640) for shape in shapes}) <= 3


def test_a_picture_stands_in_the_middle_as_large_as_fits() -> None:
    pixels = np.full((50, 100, 3), (10, 20, 30), np.uint8)
    board = letterboxed(pixels, (96, 128))
    assert board.shape == (96, 128, 3)
    assert (board[16:80] == (10, 20, 30)).all()
    assert (board[:16] == 114).all()
    assert (board[80:] == 114).all()


@given(shapes, shapes)
@settings(deadline=None)
def test_ultralytics_letterbox_does_the_same(
    shape: tuple[int, int], other: tuple[int, int]
) -> None:
    from tools.networks.torch_runtime import import_ultralytics

    import_ultralytics()
    from ultralytics.data.augment import LetterBox
    from ultralytics.utils.ops import scale_boxes

    pixels = np.random.default_rng(0).integers(0, 256, (*shape, 3), np.uint8)
    assert (LetterBox(other, auto=False)(image=pixels) == letterboxed(pixels, other)).all()
    rows = np.random.default_rng(1).uniform(0, 200, (5, 6)).astype(np.float32)
    theirs = scale_boxes(other, rows[:, :4].copy(), shape)
    ours = unboxed(rows, other, shape)
    assert ours[:, :4] == pytest.approx(theirs, abs=1e-2)
    assert (ours[:, 4:] == rows[:, 4:]).all()
