"""Forms of questions, read from text files of this folder: a name, and a pattern of the question.

A line `name = pattern` is a piece, which later lines hold in braces; a line `form | pattern` is a
form. Questions are compared without their marks and with single spaces; the first form counts.
"""

from __future__ import annotations

import re
from functools import cache

from tools.words.lists import lines_of

_PIECE = re.compile(r"([a-z ]+) = (.+)")
_EDGE = " .?!？。！"
_POLITE = re.compile(r"^(?:so|and|but|please|hi|hello|well|tell me,?|请问)[, ，]+", re.IGNORECASE)


def form_of(name: str, question: str) -> tuple[str, re.Match[str]] | None:
    """The form of `name`.txt that a question has, and how it fits; None where it has none."""
    plain = " ".join(question.replace("’", "'").split()).strip(_EDGE)
    plain = _POLITE.sub("", plain)
    for form, pattern in _forms(name):
        if match := pattern.fullmatch(plain):
            return form, match
    return None


@cache
def pieces_of(name: str) -> dict[str, str]:
    """The pieces of `name`.txt, those within them filled in."""
    pieces: dict[str, str] = {}
    for line in lines_of(name):
        if piece := _PIECE.fullmatch(line):
            pieces[piece[1]] = _filled(piece[2], pieces)
    return pieces


@cache
def _forms(name: str) -> tuple[tuple[str, re.Pattern[str]], ...]:
    lines = [line for line in lines_of(name) if not _PIECE.fullmatch(line)]
    split = [line.split(" | ", 1) for line in lines]
    return tuple(
        (form, re.compile(_filled(text, pieces_of(name)), re.IGNORECASE)) for form, text in split
    )


def _filled(text: str, pieces: dict[str, str]) -> str:
    for piece, pattern in pieces.items():
        text = text.replace(f"{{{piece}}}", f"(?:{pattern})")
    return text
