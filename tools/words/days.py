"""The words for days of the week and for "closed", read from `days.txt`."""

from __future__ import annotations

import re
from functools import cache

from tools.words.lists import lines_of

CLOSED = "closed"


@cache
def days_of_words() -> dict[str, frozenset[int]]:
    """Every word for days, lower case → the days: 1 is Monday, 8 a public holiday."""
    days: dict[str, frozenset[int]] = {}
    for numbers, words in _lines():
        if numbers != CLOSED:
            first, _, last = numbers.partition("-")
            span = frozenset(range(int(first), int(last or first) + 1))
            days |= dict.fromkeys(words, span)
    return days


@cache
def closed_pattern() -> re.Pattern[str]:
    """What says that it is closed."""
    words = next(words for numbers, words in _lines() if numbers == CLOSED)
    return _pattern(words)


@cache
def day_pattern() -> re.Pattern[str]:
    """A word for a day; the shortest ones ("So", "Mo") only with a capital."""
    words = days_of_words()
    short = [w.capitalize() for w in words if len(w) == 2 and w.isascii()]
    short += [w.upper() for w in words if len(w) == 2 and w.isascii()]
    long = _pattern(tuple(w for w in words if len(w) > 2 or not w.isascii()))
    return re.compile(rf"(?:{long.pattern}|(?<![^\W\d_])(?-i:{'|'.join(short)})(?![^\W\d_]))", re.I)


def _pattern(words: tuple[str, ...]) -> re.Pattern[str]:
    longest_first = sorted(words, key=len, reverse=True)
    latin = "|".join(re.escape(w) for w in longest_first if w[0] < "\u3400")
    han = "|".join(re.escape(w) for w in longest_first if w[0] >= "\u3400")
    return re.compile(rf"(?<![^\W\d_])(?:{latin})(?![^\W\d_])|{han}", re.IGNORECASE)


@cache
def _lines() -> tuple[tuple[str, tuple[str, ...]], ...]:
    split = (line.partition("|") for line in lines_of("days"))
    return tuple((days.strip(), tuple(words.strip().split(", "))) for days, _, words in split)
