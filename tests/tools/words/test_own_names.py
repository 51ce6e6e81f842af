"""A shop's own names: read in questions, said in sentences, never in what is quoted."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.words.own_names import NO_NAMES, OwnNames, label_of, near_words

SHOP = OwnNames({"cup": "MugMaster 300", "running shoe": "SKU-4711 Runner", "dog": "旺财"})


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("Is there a MugMaster in the picture?", "Is there a cup in the picture?"),
        ("How many mugmaster 300 are there?", "How many cups are there?"),
        ("Are there any MugMasters?", "Are there any cups?"),
        ("3 MugMaster 300s and a 旺财", "3 cups and a dog"),
        ("What is on the MugMaster's lid?", "What is on the cup's lid?"),
        ("Is it a SKU-4711?", "Is it a running shoe?"),
        ("图里有几个MugMaster 300？", "图里有几个杯子？"),
        ("这是SKU-4711 Runner吗？", "这是跑鞋吗？"),
        ('Does it say "MugMaster"?', 'Does it say "MugMaster"?'),
        ("The MugMaster is {e1.value} [e1].", "The cup is {e1.value} [e1]."),
        ("Is there a MugMasterpiece, or a runner?", "Is there a MugMasterpiece, or a runner?"),
    ],
)
def test_a_name_is_read_as_its_label(text: str, read: str) -> None:
    assert SHOP.read(text) == read


@pytest.mark.parametrize(
    ("text", "labels", "language", "said"),
    [
        ("A cup and 2 cups.", {"cup"}, "en", "A MugMaster 300 and 2 MugMaster 300."),
        ("A cup and a dog.", {"cup"}, "en", "A MugMaster 300 and a dog."),
        ('It says "cup" on the cup.', {"cup"}, "en", 'It says "cup" on the MugMaster 300.'),
        ("No cups.", {"dog"}, "en", "No cups."),
        ("没有杯子。", {"cup"}, "zh", "没有MugMaster 300。"),
        ("有2只狗。", {"dog"}, "zh", "有2只旺财。"),
        ("这是跑鞋。", {"running shoe"}, "zh", "这是SKU-4711 Runner。"),
    ],
)
def test_a_name_is_said_for_labels_that_are_carried(text, labels, language, said) -> None:
    assert SHOP.said(text, labels, language) == said


def test_articles_go_with_the_word_behind_them() -> None:
    names = OwnNames({"cup": "Espresso One", "umbrella": "Rainy"})
    assert names.read("Is there an Espresso One?") == "Is there a cup?"
    assert names.said("I see a cup.", {"cup"}, "en") == "I see an Espresso One."
    assert names.said("I see an umbrella.", {"umbrella"}, "en") == "I see a Rainy."


def test_a_beginning_that_two_names_share_means_neither() -> None:
    names = OwnNames({"cup": "Zorbex One", "bowl": "Zorbex Two"})
    assert names.read("Is there a Zorbex?") == "Is there a Zorbex?"
    assert names.read("Is there a Zorbex Two?") == "Is there a bowl?"


def test_words_of_either_language_mean_a_label() -> None:
    found = [label_of(word) for word in ("mugs", "杯子", "animal", "running shoe", "跑鞋")]
    assert found == ["cup", "cup", "animal", "running shoe", "running shoe"]
    assert label_of("gizmo", ["Gizmo"]) == "Gizmo"
    assert (label_of("red"), label_of("sorrow")) == (None, None)
    assert "bottle" in near_words("botle")


@given(
    st.text(st.sampled_from("mugaster 300MıİſKßｍ'’s旺财cup杯子s\"“”{}[]e1.\ufffc\n"), max_size=40),
    st.sampled_from(["en", "zh"]),
)
def test_whatever_is_written_is_read_and_said(text: str, language: str) -> None:
    assert isinstance(SHOP.read(text), str)
    said = SHOP.said(text, {"cup", "dog"}, language)
    assert SHOP.said(said, set(), language) == said


def test_names_with_letters_of_other_languages() -> None:
    names = OwnNames({"cup": "Straßenbecher", "bowl": "Müsli-Schale"})
    assert names.read("Is there a straßenbecher or a MÜSLI-SCHALE?") == "Is there a cup or a bowl?"


@given(st.text(max_size=40))
def test_without_names_nothing_changes(text: str) -> None:
    assert NO_NAMES.read(text) == text
    assert NO_NAMES.said(text, {"cup"}, "en") == text
