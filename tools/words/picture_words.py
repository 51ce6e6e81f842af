"""How a question names one of several pictures: "the second receipt", "page 3", "第二张图"."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from typing import Literal

from tools.words.lists import lines_of
from tools.words.questions import HAN

Kind = Literal["picture", "page", "frame"]
LAST = -1


@cache
def ordinals() -> dict[str, int]:
    """Every word for a number → the number; `LAST` for the last one."""
    return {word: n for column in _columns() for word, n in column.items()}


@cache
def _columns() -> list[dict[str, int]]:
    """The words before a picture's word, behind it, and in Chinese, each with its number."""
    rows = [line.split("|") for line in lines_of("ordinals")]
    numbers = [*range(1, len(rows)), LAST]
    return [
        {w.strip(): n for n, row in zip(numbers, rows, strict=True) for w in row[at].split(",")}
        for at in range(3)
    ]


@cache
def kinds() -> dict[str, Kind]:
    """Every word for a picture, a page or a frame, plurals included → which of them it is."""
    named: dict[str, Kind] = {}
    for line in lines_of("picture_words"):
        kind, _, words = line.partition("|")
        for word in (w.strip() for w in words.split(",")):
            named[word] = kind.strip()  # type: ignore[assignment]
            if not HAN.search(word):
                named[f"{word}s"] = named[word]
    return named


def ordinal(word: str) -> int | None:
    """The number that a word or some digits mean."""
    folded = word.casefold()
    if (number := ordinals().get(folded)) is not None:
        return number
    digits = re.match(r"\d{1,4}", folded)
    return int(digits[0]) if digits else None


@cache
def english_words() -> str:
    """A pattern for the words for a picture, longest first."""
    return _either(word for word in kinds() if not HAN.search(word))


@cache
def chinese_words() -> str:
    """A pattern for the Chinese words for a picture, longest first."""
    return _either(word for word in kinds() if HAN.search(word))


@cache
def english_ordinals() -> str:
    """A pattern for "first", "2nd", "11th", "last"."""
    return rf"(?:{_either(_columns()[0])}|\d{{1,3}}(?:st|nd|rd|th))"


@cache
def english_numbers() -> str:
    """A pattern for "two", "12"."""
    return rf"(?:{_either(_columns()[1])}|\d{{1,3}})"


@cache
def chinese_ordinals() -> str:
    """A pattern for "二", "12", "最后一"."""
    return rf"(?:{_either(_columns()[2])}|\d{{1,3}})"


def _either(words: Iterable[str]) -> str:
    return "|".join(sorted(map(re.escape, words), key=len, reverse=True))
