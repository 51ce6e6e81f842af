"""Left and right exchanged for mirrored pictures, in both languages."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.fusion.questions import mirrored

PIECES = (
    "Is the dog on the left?", "RIGHT", "left", "Right-hand side", "leftmost", "he is all right", "左边", "右边的狗",
    "左右", "What is left", "counterclockwise", "the man", "狗在图片的哪一边？", "bright", "cleft",
)  # fmt: skip


@pytest.mark.parametrize(
    ("text", "exchanged"),
    [
        ("Is the dog on the left or right?", "Is the dog on the right or left?"),
        ("Left", "Right"),
        ("the rightmost car turns clockwise", "the leftmost car turns counterclockwise"),
        ("What is on the left-hand side?", "What is on the right-hand side?"),
        ("Is he all right?", "Is he all right?"),
        ("Which light is bright?", "Which light is bright?"),
        ("狗在左边还是右边？", "狗在右边还是左边？"),
        ("大约有十个左右", "大约有十个左右"),
    ],
)
def test_sides_are_exchanged(text: str, exchanged: str) -> None:
    assert mirrored(text) == exchanged


@given(st.lists(st.sampled_from(PIECES), max_size=6).map(" ".join))
def test_twice_mirrored_is_the_same(text: str) -> None:
    assert mirrored(mirrored(text)) == text


@given(st.text(max_size=40))
def test_any_text_comes_back(text: str) -> None:
    assert mirrored(mirrored(text)) == text
