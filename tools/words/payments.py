"""Means of payment: which a text names, and whether that is what was asked for."""

from __future__ import annotations

import re
from functools import cache

from tools.words.lists import columns_of
from tools.words.predicates import pattern_for

_PAID, _AROUND = "+", "-"
"""The names of the words that say that it was paid, and of those that may stand beside it."""


def means_named(text: str) -> list[str]:
    """The words of `text` that name a means of payment, in their order."""
    return [match[0] for match in _pattern().finditer(text)]


def means_in(text: str) -> set[str]:
    """The means of payment that a text names: `visa`; not what they are one of."""
    return {_words()[" ".join(word.casefold().split())] for word in means_named(text)}


def is_nothing_but_payment(text: str) -> bool:
    """Whether a text names a means of payment, and otherwise holds only numbers and their words."""
    rest = _beside(_AROUND).sub(" ", _beside(_PAID).sub(" ", _pattern().sub(" ", text)))
    return bool(means_in(text)) and not re.search(r"[a-wyzA-WYZ]{2,}|[\u3400-\u9fff]", rest)


def says_paid(text: str) -> bool:
    """Whether a text says that something was paid: "Kartenzahlung", "Payé par"."""
    return _beside(_PAID).search(text) is not None


def is_paid_so(asked: str, printed: str) -> bool | None:
    """Whether a text says that it was paid in the way that another asks for; None: it says neither.

    "VISA" is a card, and no cash; of "card" nobody knows whether it is a VISA.
    """
    asked_for, named = means_in(asked), means_in(printed)
    wanted = {means for means in asked_for if not any(_above(m) == means for m in asked_for)}
    if not wanted or not named:
        return None
    if wanted & (named | {_above(means) for means in named}):
        return True
    return None if {_above(means) for means in wanted} & named else False


def _above(means: str) -> str | None:
    return _table()[means][0] or None


@cache
def _table() -> dict[str, tuple[str, tuple[str, ...]]]:
    table: dict[str, tuple[str, tuple[str, ...]]] = {}
    for name, above, words in columns_of("payments", 3):
        table[name] = (above, tuple(words.split(", ")))
    return table


@cache
def _words() -> dict[str, str]:
    rows = ((name, row[1]) for name, row in _table().items() if name not in (_PAID, _AROUND))
    return {word: name for name, words in rows for word in words}


@cache
def _pattern() -> re.Pattern[str]:
    return pattern_for(list(_words()))


@cache
def _beside(name: str) -> re.Pattern[str]:
    return pattern_for(list(_table()[name][1]))
