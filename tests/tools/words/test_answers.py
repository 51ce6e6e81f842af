"""Answers to questions about photographs, in Chinese."""

from __future__ import annotations

import pytest

from tools.words.answers import answer_in_chinese, without_article


@pytest.mark.parametrize(
    ("answer", "chinese"),
    [
        ("yes", "是"),
        ("no", "不是"),
        ("living room", "客厅"),
        ("A Kitchen", "厨房"),
        ("black and white", "黑色和白色"),
        ("potted plant", "盆栽"),
        ("2", "2"),
        ("10:20", "10:20"),
        ("冲浪", "冲浪"),
        ("nike", None),
        ("red and nike", None),
        ("", ""),
    ],
)
def test_an_answer_in_chinese(answer: str, chinese: str | None) -> None:
    assert answer_in_chinese(answer) == chinese


@pytest.mark.parametrize(
    ("words", "bare"), [("a kitchen", "kitchen"), ("The  sea", "sea"), ("a", "a"), ("an", "an")]
)
def test_without_article(words: str, bare: str) -> None:
    assert without_article(words) == bare
