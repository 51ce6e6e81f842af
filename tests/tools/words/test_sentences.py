"""The labels that a sentence of an answer speaks of."""

from __future__ import annotations

import pytest

from tools.words.sentences import label_places, label_words


@pytest.mark.parametrize(
    ("text", "language", "labels"),
    [
        ("There are 3 dogs and a hot dog.", "en", {"dog", "hot dog"}),
        ("A hot dog only.", "en", {"hot dog"}),
        ("The doghouse is carpeted.", "en", set()),
        ("图中有3只狗和一辆红色汽车", "zh", {"dog", "car", "red"}),
        ("他是人民教师", "zh", set()),
        ("图中没有狗。", "zh", {"dog"}),
        ("有猫和黑狗吗？", "zh", {"cat", "dog"}),
        ("马上有3个人", "zh", {"person"}),
        ("个人信息，这个书包，一个人民币", "zh", set()),
        ("名称是小马", "zh", set()),
        ("I see 2 farm animals and an animal.", "en", {"farm animal", "animal"}),
        ("两只野生动物和一件家具", "zh", {"wild animal", "furniture"}),
        ("Someone paid for the dish.", "en", set()),
        ("", "en", set()),
    ],
)
def test_label_words(text: str, language: str, labels: set[str]) -> None:
    assert label_words(text, language) == labels  # type: ignore[arg-type]


def test_places_are_where_the_words_begin() -> None:
    assert list(label_places("A cat, 3 animals", "en")) == [(2, "cat"), (9, "animal")]
