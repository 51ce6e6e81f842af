from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tools.reading.orientation import (
    lies_sideways,
    longest,
    quads_turned_back,
    turned,
)


@settings(deadline=None)
@given(
    width=st.integers(2, 30),
    height=st.integers(2, 30),
    turns=st.integers(0, 7),
    data=st.data(),
)
def test_a_box_on_the_turned_page_comes_back_to_its_pixels(width, height, turns, data):
    left = data.draw(st.integers(0, width - 1))
    right = data.draw(st.integers(left + 1, width))
    top = data.draw(st.integers(0, height - 1))
    bottom = data.draw(st.integers(top + 1, height))
    page = np.zeros((height, width, 3), dtype=np.uint8)
    page[top:bottom, left:right] = 255
    ys, xs = np.nonzero(turned(page, turns)[:, :, 0])
    seen = np.array([[xs.min(), ys.min()], [xs.max() + 1, ys.max() + 1]], dtype=np.float32)
    back = quads_turned_back(seen, turns, (width, height))
    assert [*back.min(axis=0), *back.max(axis=0)] == [left, top, right, bottom]


@settings(deadline=None)
@given(turns=st.integers(0, 3), size=st.tuples(st.integers(1, 500), st.integers(1, 500)))
def test_four_turns_are_none(turns, size):
    quads = np.array([[[0, 0], [1, 0], [1, 2], [0, 2]]], dtype=np.float32)
    once = quads_turned_back(quads, turns, size)
    turned_size = size if turns % 2 == 0 else size[::-1]
    back = quads_turned_back(once, 4 - turns, turned_size)
    np.testing.assert_allclose(back, quads)


def quad(width: float, height: float) -> list[list[float]]:
    return [[0, 0], [width, 0], [width, height], [0, height]]


@pytest.mark.parametrize(
    ("sizes", "sideways"),
    [
        ([], False),
        ([(200, 20), (150, 20)], False),
        ([(20, 200), (20, 150)], True),
        ([(20, 200), (300, 20)], False),
        ([(20, 22), (20, 18), (20, 120)], True),
        ([(20, 20)], False),
    ],
)
def test_the_longer_text_decides_whether_a_page_lies_sideways(sizes, sideways):
    quads = np.array([quad(*size) for size in sizes], dtype=np.float32).reshape(-1, 4, 2)
    assert lies_sideways(quads) is sideways


def test_the_longest_boxes_vote():
    quads = np.array([quad(50, 20), quad(20, 300), quad(100, 20)], dtype=np.float32)
    assert longest(quads, 2) == [1, 2]
