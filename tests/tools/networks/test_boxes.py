"""Overlap and joining of boxes."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.networks.boxes import MOST, Rows, join, overlaps


def rows(*boxes: tuple[float, ...]) -> Rows:
    return np.array(boxes, dtype=np.float32).reshape(-1, 6)


def any_rows() -> st.SearchStrategy[Rows]:
    corner, size = st.floats(0, 100, width=32), st.floats(1, 60, width=32)
    score, number = st.floats(0.015625, 1, width=32), st.integers(0, 2)
    box = st.tuples(corner, corner, size, size, score, number)
    return st.lists(box, max_size=8).map(
        lambda found: rows(*((x, y, x + w, y + h, s, n) for x, y, w, h, s, n in found))
    )


DOG, CAT = 0, 1


def test_a_second_look_adds_and_improves() -> None:
    first = rows((0, 0, 10, 10, 0.5, DOG), (20, 20, 30, 30, 0.6, CAT))
    then = rows((0, 0, 10, 11, 0.9, DOG), (20, 20, 30, 30, 0.2, CAT), (50, 50, 55, 55, 0.3, DOG))
    joined = join(first, then)
    assert joined[:, 4].tolist() == pytest.approx([0.9, 0.6, 0.3])
    assert join(first, rows()).tolist() == first[::-1].tolist()
    assert join(rows(), then)[:, 4].tolist() == pytest.approx([0.9, 0.3, 0.2])


@given(any_rows(), any_rows())
def test_a_second_look_never_takes_anything_away(first: Rows, then: Rows) -> None:
    joined = join(first, then)
    assert len(first) <= len(joined) <= min(MOST, len(first) + len(then))
    assert set(joined[:, 5]) == set(first[:, 5]) | set(then[:, 5])
    assert joined[:, 4].sum() >= first[:, 4].sum() - 1e-4


@given(any_rows())
def test_a_box_overlaps_itself_wholly(seen: Rows) -> None:
    shared = overlaps(seen, seen)
    assert np.diagonal(shared) == pytest.approx(np.ones(len(seen)), abs=1e-3)
    assert shared == pytest.approx(shared.T)
