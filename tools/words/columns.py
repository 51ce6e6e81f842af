"""What heads the columns of tables, and what questions call them, read from `columns.txt`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from tools.words.lists import columns_of
from tools.words.months import without_accents


@dataclass(frozen=True)
class ColumnWords:
    """A column by its plain name, the heads that it is printed with, and what questions call it."""

    name: str
    heads: tuple[str, ...]
    asked: tuple[str, ...]


@cache
def columns() -> tuple[ColumnWords, ...]:
    """All columns that have a name of their own.

    Raises:
        ValueError: a line of `columns.txt` does not have three columns.
    """
    found = []
    for name, *parts in columns_of("columns", 3):
        heads, asked = (tuple(filter(None, part.split(", "))) for part in parts)
        found.append(ColumnWords(name, heads, asked))
    return tuple(found)


def head_key(text: str) -> str:
    """A head without case, accents, units in brackets ("Amount (RM)") and the dots around it."""
    text = re.sub(r"[(（\[][^)）\]]*[)）\]]\s*$", "", text.casefold()).strip(" .:：*")
    return re.sub(r"\s+", " ", without_accents(text)).strip()


def names_of_head(text: str) -> tuple[str, ...]:
    """The columns that print this as their head; several where a letter stands for more ("L")."""
    return _by_head().get(head_key(text), ())


def words_for_column(name: str) -> frozenset[str]:
    """All that a column of this name is called, as `head_key` writes it."""
    return _words().get(name, frozenset({name}))


def asked_words(name: str) -> tuple[str, ...]:
    """What a question calls a column, as `columns.txt` has it."""
    return next(column.asked for column in columns() if column.name == name)


@cache
def _by_head() -> dict[str, tuple[str, ...]]:
    names: dict[str, tuple[str, ...]] = {}
    for column in columns():
        for head in column.heads:
            key = head_key(head)
            names[key] = tuple(dict.fromkeys((*names.get(key, ()), column.name)))
    return names


@cache
def _words() -> dict[str, frozenset[str]]:
    return {
        column.name: frozenset(head_key(word) for word in (*column.heads, *column.asked))
        for column in columns()
    }
