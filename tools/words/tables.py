"""The tables of words, read from the text files of this folder when they are first asked for.

A line of a table is one label and what it is called, in columns between bars (the second line of
each file names them); a column of several words has commas between them.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Literal, NamedTuple

Vocabulary = Literal["things", "colours", "fields", "groups"]

FOLDER = Path(__file__).parent


class Entry(NamedTuple):
    """A label, and the words for it."""

    label: str
    plural: str
    chinese: str
    measure_word: str
    words: tuple[str, ...]
    """Other words for it, in either language."""
    asked: tuple[str, ...]
    """Words that mean it in a question about a picture, but often something else in a sentence."""
    members: tuple[str, ...] = ()
    """The things that belong to a group."""


@cache
def table(name: Vocabulary) -> dict[str, Entry]:
    """The entries of a vocabulary by label, in the order of its file.

    Raises:
        ValueError: a line has too few or too many columns, or a label stands there twice.
    """
    entries: dict[str, Entry] = {}
    path = FOLDER / f"{name}.txt"
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if line.startswith("#"):
            continue
        columns = [column.strip() for column in line.split("|")]
        if len(columns) != (7 if name == "groups" else 6) or columns[0] in entries:
            raise ValueError(f"{path}, line {number}: {len(columns)} columns, or a label twice")
        label, plural, chinese, measure_word = columns[:4]
        lists = [tuple(filter(None, column.split(", "))) for column in columns[4:]]
        entries[label] = Entry(label, plural, chinese, measure_word, *lists)
    return entries


def entry_of(label: str) -> Entry | None:
    """What is known of a label; a thing wins over a colour of the same name (orange)."""
    names: tuple[Vocabulary, ...] = ("things", "groups", "fields", "colours")
    return next((e for name in names if (e := table(name).get(label))), None)


def words_of(name: Vocabulary, *, asked: bool = False) -> dict[str, str]:
    """Every word of a vocabulary → its label, lower case; `asked` with those of questions only."""
    words: dict[str, str] = {}
    for entry in table(name).values():
        for word in (
            entry.label, entry.plural, entry.chinese, *entry.words, *(entry.asked if asked else ()),
        ):  # fmt: skip
            words.setdefault(word.casefold(), entry.label)
    return words
