"""Lists of words, read from the text files of this folder: one entry a line, `#` for remarks.

A list with kinds has lines of the form `kind | language | words`, with commas between the words.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path


@cache
def lines_of(name: str) -> tuple[str, ...]:
    """The entries of `name`.txt, in order."""
    path = Path(__file__).parent / f"{name}.txt"
    lines = path.read_text(encoding="utf-8").splitlines()
    return tuple(line for line in lines if line and not line.startswith("#"))


@cache
def words_in(name: str) -> frozenset[str]:
    """All words of `name`.txt, which stand between spaces."""
    return frozenset(word for line in lines_of(name) for word in line.split())


@cache
def words_of_kind(name: str, kind: str) -> tuple[str, ...]:
    """The words of one kind in `name`.txt, in all languages, the longest first.

    Raises:
        ValueError: a line does not have three columns.
    """
    words: set[str] = set()
    for line in lines_of(name):
        columns = line.split("|")
        if len(columns) != 3:
            raise ValueError(f"{name}.txt, {line!r}: {len(columns)} columns")
        if columns[0].strip() == kind:
            words |= {word.strip() for word in columns[2].split(",")}
    return tuple(sorted(filter(None, words), key=lambda word: (-len(word), word)))
