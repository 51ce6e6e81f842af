"""What a query asks of a table: a column ("unit price of …", …的单价), and of which row or all."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from tools.reading.labels import plain
from tools.words.columns import asked_words, words_for_column

NAME, NUMBER, QUANTITY = "name", "number", "quantity"
UNIT_PRICE, PRICE, AMOUNT = "unit price", "price", "amount"
MONEY = (UNIT_PRICE, PRICE, AMOUNT)
HAN = re.compile(r"[\u3400-\u9fff]")
_ASKED = (UNIT_PRICE, QUANTITY, AMOUNT, PRICE)
_ARTICLE = re.compile(r"^(?:(?:the|an?|one|my|our|their)\s+)+|^的|的$")
_EACH = {"each", "every", "all", "of", "the", "list", "on", "in", "and", "their", "prices"}


@dataclass(frozen=True)
class Asked:
    """A query: the column that it names (None: none), and the other words, plain."""

    column: str | None
    rest: str


def asked_of(query: str) -> Asked:
    """The column that a query names before "of" or at its end, and what of."""
    text = plain(query)
    for name, before, behind in _column_patterns():
        match = before.match(text) or behind.search(text)
        if match is not None and (rest := bare(match["rest"])):
            return Asked(name, rest)
    return Asked(None, bare(text))


def is_whole_column(query: str) -> bool:
    """Whether a query asks for all rows: "items", "price of each item", "菜单"."""
    words = asked_of(query).rest
    known = words_for_column(NAME)
    left = [word for word in words.split() if word not in _EACH]
    return bool(words) and (words in known or (bool(left) and " ".join(left) in known))


def bare(text: str) -> str:
    """The words without articles in front."""
    return _ARTICLE.sub("", text.strip()).strip()


@cache
def _column_patterns() -> tuple[tuple[str, re.Pattern[str], re.Pattern[str]], ...]:
    """For each column how a query names it before its row, and behind.

    Behind, "number" or "amount" are mostly the end of a label ("room number").
    """
    patterns = []
    for name in _ASKED:
        words = sorted({plain(w) for w in asked_words(name)} - {""}, key=len, reverse=True)
        latin = "|".join(re.escape(w) for w in words if not HAN.search(w))
        han = "|".join(re.escape(w) for w in words if HAN.search(w))
        of = "(?:of |for )" + ("?" if name in (UNIT_PRICE, PRICE) else "")
        before = re.compile(rf"(?:the )?(?:{latin}) {of}(?P<rest>.+)")
        ends = latin if name in (UNIT_PRICE, PRICE) else "quantity|qty"
        behind = re.compile(rf"^(?P<rest>.+?)(?: (?:{ends})|的?(?:{han}))$")
        patterns.append((name, before, behind))
    return tuple(patterns)
