"""The lists of phrasings: one meaning a phrasing, and only slots that can be filled."""

from __future__ import annotations

import re

import pytest

from agent.answer import Language
from training.planner.phrasings import phrasings, words

SLOTS = set("xasybtfiwcpqlun")


def _said(phrasing: str) -> str:
    return phrasing.casefold().rstrip("?？.。! ")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_no_phrasing_is_taught_to_mean_two_things(language: Language) -> None:
    meant: dict[str, str] = {}
    for intent, lines in phrasings(language).items():
        if intent.startswith(("and_", "it_")):
            continue
        for line in lines:
            assert meant.setdefault(_said(line), intent) == intent, line


@pytest.mark.parametrize("language", ["en", "zh"])
def test_no_phrasing_stands_twice_in_a_list(language: Language) -> None:
    for intent, lines in phrasings(language).items():
        said = [_said(line) for line in lines]
        assert len(set(said)) == len(said), (intent, sorted({s for s in said if said.count(s) > 1}))


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_slot_can_be_filled(language: Language) -> None:
    for intent, lines in phrasings(language).items():
        known = set("12") if intent == "joins" else SLOTS
        for line in lines:
            assert set(re.findall(r"\{(.*?)\}", line)) <= known, line
            if intent == "joins":
                assert line.count("{1}") == line.count("{2}") == 1


def test_both_languages_know_the_same_intents() -> None:
    english, chinese = phrasings("en"), phrasings("zh")
    assert english.keys() - chinese.keys() <= {"whole rounding"}
    assert chinese.keys() <= english.keys()


@pytest.mark.parametrize("section", ["unknown", "adjectives", "parts", "foods", "forms", "signs"])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_no_word_stands_twice_in_a_list(section: str, language: Language) -> None:
    listed = words(f"{section} {language}")
    assert len(set(listed)) == len(listed)
