"""What is read from one caption."""

from __future__ import annotations

import pytest

from training.fusion.questions.captions import parse
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


def test_every_form_has_words_for_its_slots() -> None:
    """A template with a slot that nothing fills would never be used."""
    import random

    every = {
        "who": "man", "number": "one", "thing": "dog", "garment": "hat", "place": "kitchen", "other": "office",
        "colour": "red", "weather": "rainy", "count": "2", "action": "running", "sport": "soccer",
        "setting": "indoors", "side": "left", "age": "young",
    }  # fmt: skip
    for kind, language in templates():
        form = "statement" if language.endswith("statement") else "question"
        texts, _ = templates()[kind, language]
        for seed in range(30):
            text = worded(kind, tuple(every.items()), language[:2], random.Random(seed), form)  # type: ignore[arg-type]
            assert text, (kind, language, texts)
            assert "{" not in text
