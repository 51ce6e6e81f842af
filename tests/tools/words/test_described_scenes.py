"""The phrases for what a picture shows as a whole."""

from __future__ import annotations

import pytest

from tools.words.described_scenes import Scene, chinese, scenes
from tools.words.labels import CLASSES, GROUPS
from tools.words.questions import HAN


def test_every_phrase_stands_once_in_both_languages() -> None:
    english = [scene.english for scene in scenes()]
    assert len(set(english)) == len(english) > 200
    assert not any(HAN.search(phrase) for phrase in english)
    assert all(HAN.search(scene.chinese) for scene in scenes())


def test_things_are_labels_or_groups() -> None:
    assert {thing for scene in scenes() for thing in scene.things} <= {*CLASSES, *GROUPS}


def test_a_phrase_in_chinese() -> None:
    assert chinese("a kitchen") == "厨房"
    assert chinese("a kitchen with a piano") is None


@pytest.mark.parametrize(
    ("things", "found", "known", "fits"),
    [
        ((), (), ("dog",), True),
        (("dog",), ("dog",), ("dog", "cat"), True),
        (("dog",), ("cat",), ("dog", "cat"), False),
        (("dog",), ("cat",), ("cat",), True),
        (("person", "dog"), ("dog",), ("person", "dog"), False),
        (("motor vehicle",), ("bus",), ("bus", "car"), True),
        (("motor vehicle",), (), ("bus", "car"), False),
    ],
)
def test_a_phrase_fits_where_its_things_were_found_or_are_not_looked_for(
    things: tuple[str, ...], found: tuple[str, ...], known: tuple[str, ...], fits: bool
) -> None:
    assert Scene("people", things, "a phrase", "短语").may_fit(found, known) is fits
