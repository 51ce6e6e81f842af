from __future__ import annotations

import pytest

from tools.words.labels import (
    CLASSES,
    COLOURS,
    canonical,
    chinese,
    label_words,
    measure_word,
    mentioned,
    plural,
)
from training.planner import nouns


@pytest.mark.parametrize(
    ("label", "count", "expected"),
    [
        ("dog", 1, "dog"), ("dog", 0, "dogs"), ("person", 2, "people"), ("knife", 2, "knives"),
        ("sheep", 3, "sheep"), ("berry", 2, "berries"), ("box", 2, "boxes"), ("toy", 2, "toys"),
    ],
)  # fmt: skip
def test_plural(label: str, count: int, expected: str) -> None:
    assert plural(label, count) == expected


def test_chinese_names() -> None:
    assert (chinese("dog"), measure_word("dog")) == ("狗", "只")
    assert (chinese("orange"), chinese("orange", "colour")) == ("橙子", "橙色")
    assert (chinese("Granny Smith"), measure_word("Granny Smith")) == ("Granny Smith", "个")


@pytest.mark.parametrize(
    ("word", "label"),
    [("Sofas", "couch"), ("TV", "tv"), ("自行车", "bicycle"), ("gray", "grey"), ("lamp", None)],
)
def test_canonical(word: str, label: str | None) -> None:
    assert canonical(word) == label


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
        ("", "en", set()),
    ],
)
def test_label_words(text: str, language: str, labels: set[str]) -> None:
    assert label_words(text, language) == labels  # type: ignore[arg-type]


def test_there_are_eleven_basic_colours() -> None:
    assert len(COLOURS) == 11


@pytest.mark.parametrize(
    ("question", "labels"),
    [
        ("how many cars and buses are there?", ["car", "bus"]),
        ("Buses or cars?", ["bus", "car"]),
        ("any hot dogs", ["hot dog"]),
        ("how many dinning tabels", ["dining table"]),
        ("are there trafic lights or T-shirts?", ["traffic light"]),
        ("what colour is my jacket", []),
        ("哪张的人多", ["person"]),
        ("有几个碗和热狗", ["bowl", "hot dog"]),
        ("", []),
    ],
)
def test_labels_that_a_question_mentions(question: str, labels: list[str]) -> None:
    assert mentioned(question, CLASSES) == labels


def test_only_offered_labels_are_mentioned() -> None:
    assert mentioned("how many hot dogs", ["dog"]) == []
    assert mentioned("forklifts and Euro pallets", ["euro pallet", "forklift"]) == [
        "forklift", "euro pallet",
    ]  # fmt: skip


@pytest.mark.parametrize("label", nouns.COCO)
def test_every_name_that_the_planner_is_taught_is_understood(label: str) -> None:
    english = nouns.ENGLISH[label]
    for name in [*english, *map(nouns.plural, english), *nouns.CHINESE[label]]:
        assert mentioned(name, CLASSES) == [label]
