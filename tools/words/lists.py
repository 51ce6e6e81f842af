"""Lists of words, read from the text files of this folder: one entry a line, `#` for remarks."""

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
