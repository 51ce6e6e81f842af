"""What is read from one caption."""

from __future__ import annotations

import random
import re

import pytest

from training.fusion.questions.captions import parse
from training.fusion.questions.chinese import chinese
from training.fusion.questions.english import english
from training.fusion.questions.wording import templates, worded


@pytest.mark.parametrize(
    ("caption", "relations"),
    [
        ("A man in a red shirt is running .", {("wears", "man", "shirt"), ("does", "man", "running")}),
        ("A girl swings on a swing", {("does", "girl", "swinging"), ("on", "girl", "swing")}),
        ("A man is watching a girl climbing a wall", {("does", "man", "looking"), ("does", "girl", "climbing")}),
        ("A man with a dog is sitting", {("does", "man", "sitting")}),
        ("A boy rides his blue bike", {("does", "boy", "riding bike"), ("rides", "boy", "bike")}),
        ("A dog with a ball in its mouth", {("holds", "dog", "ball")}),
        ("A woman wearing a hat and glasses", {("wears", "woman", "hat"), ("wears", "woman", "glasses")}),
        ("Two girls are playing soccer", {("does", "girl", "playing soccer")}),
        ("A boy smiles at the camera", {("does", "boy", "smiling")}),
        ("A girl bowls a ball", set()),
        ("", set()),
    ],
)  # fmt: skip
def test_who_does_what(caption: str, relations: set[tuple[str, str, str]]) -> None:
    assert {(r.kind, r.who.word, r.what) for r in parse(caption).relations} == relations


@pytest.mark.parametrize(
    ("caption", "word", "colour"),
    [
        ("a white and black dog", "dog", "black and white"),
        ("a dog with brown spots", "dog", ""),
        ("a blond boy in a blue and white striped shirt", "shirt", "blue and white"),
        ("a stuffed brown dog", "toy", "brown"),
        ("a red, white and blue flag", "flag", ""),
        ("a black dog and a white cat", "cat", "white"),
    ],
)
def test_colours_belong_to_their_noun(caption: str, word: str, colour: str) -> None:
    assert [p.colour for p in parse(caption).phrases if p.word == word] == [colour]


@pytest.mark.parametrize("caption", ["a basketball court", "He looks at the camera", "blah blah"])
def test_what_is_not_shown_is_not_named(caption: str) -> None:
    assert not {p.word for p in parse(caption).phrases} & {"basketball", "camera"}


WORDS = {
    "who": "man", "number": "one", "thing": "dog", "garment": "hat", "place": "kitchen", "colour": "red",
    "weather": "rainy", "count": "2", "action": "running", "sport": "soccer", "setting": "indoors",
    "side": "left", "age": "young",
}  # fmt: skip
OTHER = {
    "thing or other": ("thing", "cat"), "place or other": ("place", "office"),
    "colour or other": ("colour", "black and white"), "doing or other": ("action", "sitting"),
    "weather or other": ("weather", "foggy"),
}  # fmt: skip


def test_every_form_has_words_for_its_slots() -> None:
    """A template with a slot that nothing fills would never be used."""
    for (kind, language), (texts, _) in templates().items():
        words = dict(WORDS)
        if kind in OTHER:
            slot, other = OTHER[kind]
            used = {slot, "who", "number"} if slot == "action" else {slot, "thing"}
            words = {name: WORDS[name] for name in used} | {"other": other}
        filled = english(words) if language.startswith("en") else chinese(words)
        for text in texts:
            assert set(re.findall(r"{(\w+)}", text)) <= filled.keys(), (kind, text)


@pytest.mark.parametrize(
    ("kind", "words", "english_text", "chinese_text"),
    [
        ("colour or other", {"thing": "orange", "colour": "orange", "other": "black and white"},
         "Is the orange orange or black and white?", "橙子是橙色的还是黑白相间的？"),
        ("weather or other", {"weather": "rainy", "other": "snowy"},
         "Is it raining or snowing?", "天气是雨天还是下雪天？"),
        ("doing or other", {"who": "girl", "number": "many", "action": "sitting", "other": "walking"},
         "Are the girls sitting or walking?", "这些女孩在坐着还是在走路？"),
    ],
)  # fmt: skip
def test_choices_are_worded_in_both_languages(
    kind: str, words: dict[str, str], english_text: str, chinese_text: str
) -> None:
    said = {
        language: {
            worded(kind, tuple(words.items()), language, random.Random(n)) for n in range(20)
        }
        for language in ("en", "zh")
    }
    assert english_text in said["en"]
    assert chinese_text in said["zh"]
