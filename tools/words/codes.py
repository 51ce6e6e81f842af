"""Kinds of codes and the fields of their contents, in the words of questions."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from tools.words.lists import columns_of
from tools.words.predicates import pattern_for

UNREAD = " that I cannot read"
"""Stands behind the format of a code that is there and does not decode."""


def kind_asked(question: str) -> str | None:
    """The one kind of code that a question names: `qr`, `bar`, `ean` …; None for any, or several.

    "Barcode (EAN-13)" names the narrower of two kinds.
    """
    named = {_kind_words()[word] for word in _found(tuple(_kind_words()), question)}
    narrow = {k for k in named if not any(_formats()[k] > _formats()[other] for other in named)}
    return narrow.pop() if len(narrow) == 1 else None


def is_of_kind(label: str, kind: str, *, loosely: bool = False) -> bool:
    """Whether a code of that label (a format, perhaps unread) is of a kind.

    `loosely`, whatever is no QR code is a bar code: some say so of a Data Matrix.
    """
    code_format = label.removesuffix(UNREAD)
    if loosely and kind == "bar":
        return code_format not in _formats()["qr"]
    return code_format in _formats()[kind]


def is_code(label: str) -> bool:
    """Whether a label is a code's format, and no field of its content."""
    return label not in field_names()


def fields_asked(question: str) -> list[str]:
    """The labels of the fields that a question names, in its order."""
    words = {word: label for label, (_, asked) in field_names().items() for word in asked}
    return list(dict.fromkeys(words[word] for word in _found(tuple(words), question)))


@cache
def field_names() -> dict[str, tuple[str, tuple[str, ...]]]:
    """The label of each field → its Chinese name, and the words that ask for it."""
    rows = columns_of("code_fields", 3)
    return {label: (han, tuple(words.casefold().split(", "))) for label, han, words in rows}


@cache
def _kind_words() -> dict[str, str]:
    rows = columns_of("codes", 3)
    return {word: kind for kind, _, words in rows for word in words.split(", ")}


@cache
def _formats() -> dict[str, frozenset[str]]:
    rows = columns_of("codes", 3)
    return {kind: frozenset(formats.split(", ")) for kind, formats, _ in rows}


def _found(words: tuple[str, ...], text: str) -> Iterator[str]:
    """The words that stand in a text, in its order, the longest first at each place."""
    for match in _pattern(words).finditer(" ".join(text.split())):
        yield match[0].casefold()


@cache
def _pattern(words: tuple[str, ...]) -> re.Pattern[str]:
    return pattern_for(list(words))
