"""The forms of labels."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tools.words.labels import CLASSES, COLOURS, canonical, chinese, measure_word, plural


@pytest.mark.parametrize(
    ("label", "count", "expected"),
    [
        ("dog", 1, "dog"), ("dog", 0, "dogs"), ("person", 2, "people"), ("knife", 2, "knives"),
        ("sheep", 3, "sheep"), ("berry", 2, "berries"), ("box", 2, "boxes"), ("toy", 2, "toys"),
        ("animal", 3, "animals"), ("furniture", 1, "piece of furniture"), ("furniture", 0, "furniture"),
        ("fruit", 2, "pieces of fruit"), ("bottle of water", 2, "bottles of water"),
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
    [
        ("Sofas", "couch"),
        ("TV", "tv"),
        ("自行车", "bicycle"),
        ("gray", "grey"),
        ("lamp", None),
        ("Animals", "animal"),
        ("交通工具", "vehicle"),
        ("anyone", "person"),
        ("orange", "orange"),
    ],
)
def test_canonical(word: str, label: str | None) -> None:
    assert canonical(word) == label


def test_there_are_eleven_basic_colours() -> None:
    assert len(COLOURS) == 15


def test_chinese_names_of_groups() -> None:
    assert (chinese("animal"), measure_word("animal")) == ("动物", "只")
    assert (chinese("furniture"), measure_word("furniture")) == ("家具", "件")


def test_the_classes_are_those_of_coco_in_order() -> None:
    assert len(CLASSES) == 80
    assert (CLASSES[0], CLASSES[16], CLASSES[79]) == ("person", "dog", "toothbrush")


def test_importing_reads_no_table() -> None:
    look = "import tools.words.labels, tools.words.questions, tools.words.sentences\n"
    look += "from tools.words.tables import table\nprint(table.cache_info().currsize)"
    done = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "0"
