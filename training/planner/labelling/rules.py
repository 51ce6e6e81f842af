"""The rules for English questions about a photograph: the first turn that each should lead to.

A question's things are masked (`masked`), the first form of `patterns.txt` that fits says which
kind of turn it is, and `TURNS` how that is made of the things named. How often the rules agree with
labels written by hand is `training.planner.labelling.agreement`'s.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from tools.words.labels import CLASSES, COLOURS, GROUPS, plural
from tools.words.tables import words_of

Call = dict[str, Any]
"""`tool`, and `labels` or `query` beside it."""
FOLDER = Path(__file__).parent
ESTIMATE: Call = {"tool": "answer_by_fusion"}
CLASSIFY: Call = {"tool": "classify_image"}
COLOURS_OF_IT: Call = {"tool": "describe_colors"}
READ: Call = {"tool": "read_text", "query": None}
DECLINE = "decline"
_SPACE = re.compile(r"\s+")
_EDGE = " .,;:!?\"“”'‘’"


@dataclass(frozen=True)
class Labelled:
    """A question's kind of turn, the labels that it names in order, and its calls."""

    kind: str
    labels: list[str]
    calls: list[Call]


def labelled(question: str) -> Labelled:
    """What a question should lead to."""
    form, labels = masked(question)
    text = _plain(question)
    forms = ((name, pattern, text if name == DECLINE else form) for name, pattern in _forms())
    kind = next((name for name, pattern, asked in forms if pattern.search(asked)), "seen")
    return Labelled(kind, labels, TURNS[kind](labels))


def masked(question: str) -> tuple[str, list[str]]:
    """The question in small letters with `#` for things, `@` for groups and `%` for colours; and
    the labels that it names, in order."""
    labels: list[str] = []

    def mark(match: re.Match[str]) -> str:
        if match[0] in _compounds():
            return "other"
        label = _names()[match[0]]
        if label in COLOURS and label not in CLASSES:
            return "%"
        labels.append(label)
        return "@" if label in GROUPS else "#"

    form = _anything().sub(mark, _plain(question))
    return form, list(dict.fromkeys(labels))


def _plain(question: str) -> str:
    return _SPACE.sub(" ", question.lower().replace("’", "'")).strip(_EDGE)


def _detect(labels: list[str]) -> list[Call]:
    return [{"tool": "detect_objects", "labels": labels}] if labels else []


TURNS: dict[str, Callable[[list[str]], list[Call]]] = {
    DECLINE: lambda _: [],
    "text": lambda labels: [*_detect(labels[:1]), READ],
    "brand": lambda labels: [*_detect(labels[:1]), READ, ESTIMATE],
    "everything": lambda _: [{"tool": "detect_objects", "labels": []}],
    "place": lambda _: [{"tool": "detect_objects", "labels": []}, ESTIMATE],
    "colours": lambda _: [COLOURS_OF_IT],
    "colour": lambda labels: _detect(labels[:1]),
    "things": _detect,
    "kind": lambda labels: _detect(labels[:1]),
    "classify": lambda labels: _detect(labels) if labels else [CLASSIFY],
    "seen": lambda labels: [*_detect(labels), ESTIMATE],
}
"""How a kind of turn is made of the labels that a question names; `seen` is any other question."""


@cache
def _forms() -> list[tuple[str, re.Pattern[str]]]:
    """Kind and form, in their order.

    Raises:
        KeyError: a section is no kind of turn.
    """
    forms = []
    kind = ""
    for line in (FOLDER / "patterns.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("== "):
            kind = line.removeprefix("== ")
            TURNS[kind]
        elif line and not line.startswith("# "):
            forms.append((kind, re.compile(line.replace("{person}", _people()))))
    return forms


@cache
def _people() -> str:
    """A pattern for all words for people."""
    names = sorted((n for n, label in _names().items() if label == "person"), key=len, reverse=True)
    return rf"(?:{'|'.join(map(re.escape, names))})"


@cache
def _compounds() -> frozenset[str]:
    """Phrases that mean another thing than the one whose name is in them."""
    lines = (FOLDER / "compounds.txt").read_text(encoding="utf-8").splitlines()
    return frozenset(line for line in lines if line and not line.startswith("#"))


@cache
def _names() -> dict[str, str]:
    """Every English word for a thing, group or colour, and its plural → the label."""
    names = words_of("colours") | words_of("groups", asked=True) | words_of("things", asked=True)
    english = {name: label for name, label in names.items() if name.isascii()}
    return {plural(name, 2): label for name, label in english.items()} | english


@cache
def _anything() -> re.Pattern[str]:
    known = sorted({*_compounds(), *_names()}, key=len, reverse=True)
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, known))})\b")
