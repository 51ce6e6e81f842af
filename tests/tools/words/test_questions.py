"""What a question asks for."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tools.words.labels import CLASSES, GROUPS
from tools.words.questions import groups_sought, mentioned
from tools.words.tables import words_of
from training.planner import nouns

EVERYTHING = (*CLASSES, *GROUPS)
WORDS = sorted(words_of("things", asked=True).items())
GROUP_WORDS = sorted(words_of("groups", asked=True).items())


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
        ("what color pants is he wearing, and how many panes are there?", []),
        ("how many elepahnts ride the bsu?", ["elephant"]),
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


@pytest.mark.parametrize(
    ("question", "labels"),
    [
        ("How many animals are there?", ["animal"]),
        ("How many dogs are there?", ["dog"]),
        ("How many dogs and other animals?", ["dog", "animal"]),
        ("any farm animals", ["farm animal"]),
        ("vehicels", ["vehicle"]),
        ("How many pieces of furniture are there?", ["furniture"]),
        ("what fruit is this", ["fruit"]),
        ("Is anyone in the picture?", ["person"]),
        ("Is there nobody here?", ["person"]),
        ("有人吗？", ["person"]),
        ("图里有谁", ["person"]),
        ("图里有动物吗？", ["animal"]),
        ("有几辆车辆和交通工具", ["vehicle"]),
        ("有野生动物吗", ["wild animal"]),
    ],
)
def test_groups_that_a_question_mentions(question: str, labels: list[str]) -> None:
    assert mentioned(question, EVERYTHING) == labels


@pytest.mark.parametrize(("word", "label"), WORDS)
def test_a_group_is_never_meant_by_the_word_of_a_member(word: str, label: str) -> None:
    assert mentioned(f"How many {word}?", EVERYTHING) == [label]


@pytest.mark.parametrize(("word", "label"), GROUP_WORDS)
def test_every_word_of_a_group_is_understood(word: str, label: str) -> None:
    assert mentioned(f"is there {word}?", EVERYTHING) == [label]


@given(
    st.lists(st.sampled_from([word for word, _ in WORDS + GROUP_WORDS]) | st.text(max_size=9)),
    st.sets(st.sampled_from(EVERYTHING) | st.text("abcdefgh", min_size=3, max_size=9)),
)
@settings(deadline=None, max_examples=60)  # names of one's own are spelled in all their slips
def test_only_what_is_offered_is_mentioned(words: list[str], offered: set[str]) -> None:
    found = mentioned(" ".join(words), sorted(offered))
    assert set(found) <= offered
    assert len(set(found)) == len(found)


def test_a_label_of_ones_own_wins_over_another_word_for_a_class() -> None:
    assert mentioned("how many desks", ["desk", "chair"]) == ["desk"]
    assert mentioned("is there a phone", ["phone"]) == ["phone"]


@pytest.mark.parametrize(
    ("question", "groups"),
    [
        ("How many pieces of fruit are there?", {"fruit"}),
        ("Are there any fruits on the table?", {"fruit"}),
        ("Isn't there any furniture here?", {"furniture"}),
        ("Do you see animals or dogs?", {"animal"}),
        ("有水果吗？", {"fruit"}),
        ("有多少件家具？", {"furniture"}),
        ("有无车辆", {"vehicle"}),
        ("What fruit is this?", set()),
        ("Is there a fruit salad on the menu?", set()),
        ("How much is the food?", set()),
        ("How many dogs are there?", set()),
        ("这是什么水果", set()),
        ("有水果沙拉吗", set()),
    ],
)
def test_groups_whose_number_or_presence_is_asked_for(question: str, groups: set[str]) -> None:
    assert groups_sought(question) == groups
