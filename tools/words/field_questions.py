"""The field of a document that a question asks for without naming it, by `field_questions.txt`."""

from __future__ import annotations

import re
from functools import cache

from tools.words.lists import lines_of
from tools.words.questions import HAN


def field_meant(question: str) -> str | None:
    """The field that a question speaks of ("who served?": cashier); None where it names none."""
    text = " ".join(re.sub(r"[’`]", "'", question.casefold()).split())
    return next((field for field, pattern in _patterns() if pattern.search(text)), None)


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    found = []
    for line in lines_of("field_questions"):
        field, _, phrases = line.partition("|")
        words = "|".join(_pattern(phrase.strip().casefold()) for phrase in phrases.split(","))
        found.append((field.strip(), re.compile(words)))
    return tuple(found)


_END = r"(?=(?: (?:at|in|there|here|then|today|yesterday|altogether)\b.*)?\W*$)"


def _pattern(phrase: str) -> str:
    if HAN.search(phrase):
        return ".{0,6}".join(map(re.escape, phrase.split("*")))
    if phrase.endswith(" $"):
        return _pattern(phrase.removesuffix(" $")) + _END
    words = [r"(?:\S+ ){0,5}" if word == "*" else re.escape(word) + " " for word in phrase.split()]
    return rf"(?<!\w){''.join(words).removesuffix(' ')}(?!\w)"
