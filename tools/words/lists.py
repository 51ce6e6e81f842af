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
def rows_of(name: str) -> tuple[tuple[str, ...], ...]:
    """The words of each line of `name`.txt, with commas between them."""
    return tuple(tuple(line.split(", ")) for line in lines_of(name))


@cache
def columns_of(name: str, count: int) -> tuple[tuple[str, ...], ...]:
    """The columns of each line of `name`.txt, between bars, without the spaces around them.

    Raises:
        ValueError: a line does not have `count` of them.
    """
    rows = []
    for line in lines_of(name):
        columns = tuple(column.strip() for column in line.split("|"))
        if len(columns) != count:
            raise ValueError(f"{name}.txt, {line!r}: {len(columns)} columns, not {count}")
        rows.append(columns)
    return tuple(rows)


@cache
def paired_rows_of(name: str) -> tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]:
    """Of each line of `name`.txt the words before and behind its `|`.

    Raises:
        ValueError: a line is not two columns.
    """
    return tuple(
        (tuple(left.split(", ")), tuple(right.split(", "))) for left, right in columns_of(name, 2)
    )


@cache
def by_kind(name: str) -> dict[tuple[str, str], tuple[str, ...]]:
    """The words of `name`.txt by kind and language; its lines are `kind | language | words`.

    Raises:
        ValueError: a line is not three columns.
    """
    found: dict[tuple[str, str], tuple[str, ...]] = {}
    for kind, language, words in columns_of(name, 3):
        found[kind, language] = (*found.get((kind, language), ()), *words.split(", "))
    return found


@cache
def words_of_kind(name: str, kind: str) -> tuple[str, ...]:
    """The words of one kind in `name`.txt, in all languages, the longest first."""
    words = {w for (its, _), those in by_kind(name).items() if its == kind for w in those}
    return tuple(sorted(words, key=lambda word: (-len(word), word)))
