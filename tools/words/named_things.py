"""The things that a question names and a detector may look for: no parts, no namesakes.

`tools.words.questions.mentioned` misses nothing; this leaves out what is another thing with the
word in its name ("train station", "chair legs", "stuffed animal") and colours ("orange cups").
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

from tools.words.colour_questions import thing_named_like_a_colour
from tools.words.labels import COLOURS
from tools.words.lists import words_of_kind
from tools.words.predicates import pattern_for
from tools.words.questions import HAN, mentioned
from tools.words.tables import words_of

_GAP = " | "
"""Stands for what was taken out: no name goes over it."""


def named_things(text: str, offered: Iterable[str]) -> list[str]:
    """The offered labels and groups that a question means by name, in the order of their mention.

    "What is the man on the train station's bench holding?": person, bench.
    """
    labels = mentioned(without_namesakes(text), offered)
    like_a_colour = thing_named_like_a_colour(text)
    return [label for label in labels if label not in COLOURS or label == like_a_colour]


def surely_named_things(text: str, offered: Iterable[str]) -> list[str]:
    """Those of `named_things` that are named by no word which means many other things, too.

    Of "the table" and "the dog" the dog: a table need not be a dining table.
    """
    loose = words_of_kind("namesakes", "loose")
    sure = any_name().sub(lambda name: _GAP if name[0] in loose else name[0], text.casefold())
    return named_things(sure, offered)


def without_namesakes(text: str) -> str:
    """A text without names that only hold the name of a thing: "train station", 火车站."""
    text = _whole().sub(_GAP, text.casefold())
    return _with_a_part().sub(_GAP, _with_a_sign().sub(_GAP, text))


@cache
def _whole() -> re.Pattern[str]:
    return pattern_for(list(words_of_kind("namesakes", "whole")))


@cache
def _with_a_part() -> re.Pattern[str]:
    """One thing and what stands behind it; behind several it is theirs ("the boys shirts")."""
    return re.compile(rf"\b(?:{_one_of_any()})\s+(?:{_words('behind')})\b")


@cache
def _with_a_sign() -> re.Pattern[str]:
    """What stands in front of any name, with the name."""
    return re.compile(rf"\b(?:{_words('before')})\s+(?:{_any()})\b")


def _words(kind: str) -> str:
    return "|".join(map(re.escape, words_of_kind("namesakes", kind)))


def _one_of_any() -> str:
    return "|".join(n for n in _names() if not n.endswith("s") or n.endswith("ss") or n == "bus")


def _any() -> str:
    return "|".join(f"{name}s?" for name in _names())


@cache
def any_name() -> re.Pattern[str]:
    """One pattern for all that things are called in questions, loosely as well, one or several."""
    english = rf"\b(?:{'|'.join(_names())})s?\b"
    han = {*words_of("things", asked=True), *words_of_kind("namesakes", "loose")}
    return re.compile(
        f"{english}|{'|'.join(sorted(filter(HAN.search, han), key=len, reverse=True))}"
    )


@cache
def _names() -> tuple[str, ...]:
    """All that things and groups are called in English, the longest first."""
    words = {*words_of("things", asked=True), *words_of("groups", asked=True)}
    return tuple(sorted((re.escape(w) for w in words if not HAN.search(w)), key=len, reverse=True))
