"""Questions that people asked about photographs, labelled by rule, as conversations.

The questions are not ours to pass on: where they are not at hand, there are none, and the generator
makes do with the phrasings. Those that were labelled by hand measure the planner, and are left out.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from tools.words.questions import mentioned
from training.planner import seeing
from training.planner.chat import Chat
from training.planner.endings import Plan, cannot
from training.planner.labelling.rules import DECLINE, Labelled, labelled
from training.planner.looking import look
from training.planner.phrasings import is_held_out

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT.parent / "shared" / "data" / "questions"
SOURCES = {"vqa": FOLDER / "vqa.jsonl.gz", "daquar": FOLDER / "daquar_train.txt"}
HAND = ROOT / "tests" / "data" / "planner"
_MODES = {"how": "count", "number": "count", "where": "where", "what": "list", "which": "bigger"}


@dataclass(frozen=True)
class Real:
    """A question, what the rules make of it, and what most people answered."""

    question: str
    labelled: Labelled
    answer: str | None = None

    def plan(self) -> Plan:
        """The turn that answers it."""
        kind = self.labelled.kind
        offered = mentioned(self.question, self.labelled.labels)
        labels = [label for label in self.labelled.labels if label in offered]
        if kind == DECLINE:
            return cannot
        if kind != "things":
            return look(kind, labels)
        first = self.question.lower().split()[0].removesuffix("'s")
        return seeing.objects(labels, _MODES.get(first, "exists"))

    def ask(self, chat: Chat) -> None:
        """Ask it of the first picture."""
        chat.language = "en"
        chat.ask(self.question, self.answer)
        self.plan()(chat, [1])


@cache
def questions(*, held_out: bool) -> list[Real]:
    """One side of the split; empty where the sources are not at hand."""
    return [r for r in _all() if is_held_out("real", r.question.lower()) == held_out]


@cache
def _all() -> list[Real]:
    known = {row["question"].lower() for row in hand_labelled()}
    asked = (*_vqa(), *_daquar())
    return [
        Real(question, labelled(question), answer)
        for question, answer in asked
        if question.lower() not in known
    ]


def _vqa() -> Iterator[tuple[str, str | None]]:
    for row in map(json.loads, lines_of("vqa")):
        yield row["question"], max(row["answers"], key=row["answers"].get)


def _daquar() -> Iterator[tuple[str, str | None]]:
    return ((line.strip(), None) for line in lines_of("daquar") if line.strip())


@cache
def lines_of(source: str) -> list[str]:
    """The lines of a source, from the first; none where it is not at hand."""
    path = SOURCES[source]
    if not path.is_file():
        return []
    if path.suffix == ".gz":
        return gzip.decompress(path.read_bytes()).decode().splitlines()
    return path.read_text(encoding="utf-8").splitlines()


def hand_labelled(*names: str) -> list[dict[str, Any]]:
    """The questions of `hand_*.jsonl` (all files, or those named) that are at hand, with labels."""
    files = [HAND / f"hand_{n}.jsonl" for n in names] or sorted(HAND.glob("hand_*.jsonl"))
    rows = []
    for file in files:
        for row in map(json.loads, file.read_text(encoding="utf-8").splitlines()):
            question = row.get("question") or _at(row)
            if question is not None:
                rows.append(row | {"question": question})
    return rows


def _at(row: dict[str, Any]) -> str | None:
    for source in SOURCES:
        number = row.get(f"{source}_line")
        if isinstance(number, int) and (lines := lines_of(source)):
            line = lines[number - 1]
            return str(json.loads(line)["question"]) if source == "vqa" else line.strip()
    return None
