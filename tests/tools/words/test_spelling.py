"""Slips of the keyboard in questions."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.words.spelling import respelled


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("whats teh totl?", "what's the total?"),
        ("hw mny dgos?", "how many dogs?"),
        ("hwo mnay peopel are ther", "how many people are there"),
        ("Waht colour is the umbrela?", "What colour is the umbrella?"),
        ("wich shop is it", "which shop is it"),
        ("What is the adress?", "What is the address?"),
        ("isnt there a bycicle", "isn't there a bicycle"),
        ("What is the totl without the tpi?", "What is the total without the tip?"),
    ],
)
def test_what_is_clear_is_mended(typed: str, meant: str) -> None:
    assert respelled(typed) == meant


@pytest.mark.parametrize(
    "question",
    [
        "What is the phone number of bryn garage?",
        "phone of Totl Ltd",
        'what does "teh totl" mean?',
        "Is there a zebu?",
        "Do they appear to be at a cafe on a low carb diet?",
        "What is on the women's head?",
        "Is the girl texting?",
        "how much is the Ölwechsel?",
        "is it on www.totl.com?",
        "Wie hoch ist der Gesamtbetrag?",
        "Quel est le total ?",
        "cuanto es el totl",
        "berapa jumlah?",
    ],
)
def test_names_quotations_and_other_languages_stay(question: str) -> None:
    assert respelled(question) == question


@given(st.text(max_size=60))
def test_no_text_breaks_it_and_a_second_reading_changes_nothing(text: str) -> None:
    assert respelled(respelled(text)) == respelled(text)
