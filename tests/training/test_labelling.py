"""Labels of first turns: what the rules make of questions, and how turns are compared with labels."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tools.words.labels import CLASSES, GROUPS
from tools.words.questions import mentioned
from training.planner import first_looks, nouns, real, simulate
from training.planner.chat import TOOLS, Chat
from training.planner.evaluate import Tally
from training.planner.labelling.rules import TURNS, labelled, masked
from training.planner.looking import look

ESTIMATE = {"tool": "answer_by_fusion"}
READ = {"tool": "read_text", "query": None}


def _detect(*labels: str) -> dict[str, Any]:
    return {"tool": "detect_objects", "labels": list(labels)}


@pytest.mark.parametrize(
    ("question", "calls"),
    [
        ("How many dogs are there?", [_detect("dog")]),
        ("how many cats and dogs do you see", [_detect("cat", "dog")]),
        ("Is there a bicycle in the picture?", [_detect("bicycle")]),
        ("Where is the umbrella?", [_detect("umbrella")]),
        ("Are there more people than bicycles?", [_detect("person", "bicycle")]),
        ("Which is bigger, the dog or the cat?", [_detect("dog", "cat")]),
        ("What animals are there?", [_detect("animal")]),
        ("How many black dogs are sleeping?", [_detect("dog"), ESTIMATE]),
        ("What is the man doing?", [_detect("person"), ESTIMATE]),
        ("What color is the woman's shirt?", [_detect("person"), ESTIMATE]),
        ("Is the cup on the table?", [_detect("cup", "dining table"), ESTIMATE]),
        ("What color is the bus?", [_detect("bus")]),
        ("What color is the lamp?", [ESTIMATE]),
        ("How many windows are there?", [ESTIMATE]),
        ("Is it raining?", [ESTIMATE]),
        ("What is on the table?", [_detect(), ESTIMATE]),
        ("what is to the left of the laptop", [_detect(), ESTIMATE]),
        ("What is red?", [_detect(), ESTIMATE]),
        ("What do you see?", [_detect()]),
        ("What kind of dog is this?", [_detect("dog")]),
        ("What kind of flower is this?", [{"tool": "classify_image"}]),
        ("What is this?", [{"tool": "classify_image"}]),
        ("What color is the background?", [{"tool": "describe_colors"}]),
        ("What does the sign say?", [READ]),
        ("What is written on the surfboard?", [_detect("surfboard"), READ]),
        ("What brand is the laptop?", [_detect("laptop"), READ, ESTIMATE]),
        ("What time does the clock show?", [_detect("clock"), READ, ESTIMATE]),
        ("What religion is the man?", []),
        ("What is her name?", []),
        ("How many train stations are there?", [ESTIMATE]),
        ("How many stuffed animals are there?", [_detect("teddy bear")]),
    ],
)
def test_the_rules_follow_the_policy(question: str, calls: list[dict[str, Any]]) -> None:
    assert labelled(question).calls == calls


def test_a_mask_keeps_what_is_asked_and_says_what_is_named() -> None:
    form, labels = masked("What’s the red  thing on the Man's tie?")
    assert form == "what's the % thing on the #'s #"
    assert labels == ["person", "tie"]


_WORDS = st.sampled_from(
    [
        "what",
        "how",
        "many",
        "is",
        "are",
        "the",
        "a",
        "there",
        "dog",
        "cats",
        "train",
        "station",
        "color",
        "of",
        "on",
        "man",
        "red",
        "sign",
        "say",
        "who",
    ]
)


@given(st.lists(_WORDS, min_size=1, max_size=9).map(" ".join))
@settings(max_examples=200, deadline=None)
def test_whatever_is_asked_gets_a_turn_of_labels_that_it_names(question: str) -> None:
    label = labelled(question)
    assert label.kind in TURNS
    assert len(label.calls) <= 3
    assert set(label.labels) <= set(mentioned(question, (*CLASSES, *GROUPS)))


@pytest.mark.parametrize("kind", [kind for kind in TURNS if kind not in {"decline", "things"}])
@pytest.mark.parametrize("seed", range(6))
def test_a_turn_of_each_kind_begins_with_its_looks_and_ends(kind: str, seed: int) -> None:
    rng = random.Random(seed)
    chat = Chat(rng, list(TOOLS), [*nouns.COCO, *nouns.GROUPS], [simulate.picture(1, rng)])
    chat.ask("what is the dog doing?", "sleeping")
    look(kind, ["dog"])(chat, [1])
    first = [call["function"] for call in chat.messages[1]["tool_calls"]]
    assert [call["name"] for call in first] == [call["tool"] for call in TURNS[kind](["dog"])]
    assert chat.messages[-1]["role"] == "assistant"
    assert not chat.messages[-1].get("tool_calls")


@pytest.mark.skipif(not real.lines_of("vqa"), reason="no questions in ../shared/data")
def test_the_rules_agree_with_the_hand_labels_that_their_writer_read() -> None:
    tally = first_looks.measured(first_looks.by_rules, first_looks.rows_of("seen"))
    for source in ("vqa", "daquar"):
        name = f"first look (seen, {source})"
        assert tally.right[name] / tally.total[name] > 0.95


@pytest.mark.skipif(not real.lines_of("vqa"), reason="no questions in ../shared/data")
def test_what_was_labelled_by_hand_is_not_trained_on() -> None:
    hand = {row["question"].lower() for row in real.hand_labelled()}
    trained = {r.question.lower() for side in (True, False) for r in real.questions(held_out=side)}
    assert hand
    assert not hand & trained


def _row(*readings: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "file": "seen", "source": "written", "language": "en", "question": "?",
        "readings": list(readings),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("readings", "calls", "shares"),
    [
        ([[_detect("dog"), ESTIMATE]], [_detect("dog"), ESTIMATE],
         {"first look": 1, "whole turn": 1, "target label": 1, "no needless decline": 1}),
        ([[_detect("dog"), ESTIMATE]], [ESTIMATE],
         {"first look": 0, "whole turn": 0, "target label": 0, "no needless decline": 1}),
        ([[_detect("dog")], [_detect("cat")]], [_detect("cat")],
         {"first look": 1, "whole turn": 1, "target label": 1, "no needless decline": 1}),
        ([[_detect("dog"), ESTIMATE]], [], {"first look": 0, "no needless decline": 0}),
        ([[], [ESTIMATE]], [], {"first look": 1, "whole turn": 1}),
        ([[{"tool": "read_text", "query": "total"}]], [READ], {"first look": 1, "query": 0}),
    ],
)  # fmt: skip
def test_a_turn_is_compared_with_every_fair_reading(
    readings: list[list[dict[str, Any]]], calls: list[dict[str, Any]], shares: dict[str, int]
) -> None:
    tally = Tally()
    first_looks.judge(_row(*readings), calls, tally)
    got = {name.split(" (")[0]: right for name, right in tally.right.items()}
    assert {name: got.get(name) for name in shares} == shares


def test_the_same_call_for_each_picture_counts_once() -> None:
    calls = [
        {
            "name": "read_text",
            "arguments": {"picture": f"img_{n}", "query": "adress", "region": None},
        }
        for n in (1, 2)
    ]
    assert first_looks.as_labelled(calls) == [{"tool": "read_text", "query": "address"}]
