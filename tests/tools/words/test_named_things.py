"""Which things a question names: no parts, no namesakes, no colours."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.words.labels import CLASSES, GROUPS
from tools.words.named_things import named_things, surely_named_things
from tools.words.questions import mentioned

EVERYTHING = (*CLASSES, *GROUPS)


@pytest.mark.parametrize(
    ("question", "labels"),
    [
        ("What is the player holding?", ["person"]),
        ("Is the sofa next to the bikes?", ["couch", "bicycle"]),
        ("What is in the bag?", ["bag"]),
        ("How many chair legs are there?", []),
        ("Is that cat food?", []),
        ("How many stuffed animals are on the bed?", ["bed"]),
        ("Is this a train station?", []),
        ("Is the dog house red?", []),
        ("Who wins the horse race?", []),
        ("What color are the horse's legs?", ["horse"]),
        ("What color are the boys shirts?", ["person"]),
        ("Are they playing frisbee?", []),
        ("Are they playing with the frisbee?", ["frisbee"]),
        ("Are the orange cups full?", ["cup"]),
        ("Is there an orange on the table?", ["orange", "dining table"]),
        ("Is he tall?", []),
        ("火车站里的人在做什么？", ["person"]),
        ("马路上有马吗？", ["horse"]),
        ("图书馆里有书吗？", ["book"]),
    ],
)
def test_things_that_a_question_names(question: str, labels: list[str]) -> None:
    assert named_things(question, EVERYTHING) == labels


@pytest.mark.parametrize(
    ("question", "labels"),
    [("Is the dog on the table?", ["dog"]), ("Is the dining table round?", ["dining table"])],
)
def test_loose_words_name_nothing_for_sure(question: str, labels: list[str]) -> None:
    assert surely_named_things(question, EVERYTHING) == labels


@given(st.text(max_size=30), st.sampled_from(CLASSES), st.text(max_size=30))
def test_no_more_is_named_than_mentioned(before: str, label: str, behind: str) -> None:
    text = f"{before} {label} {behind}"
    assert set(named_things(text, EVERYTHING)) <= set(mentioned(text, EVERYTHING))
    assert set(surely_named_things(text, CLASSES)) <= set(named_things(text, CLASSES))
