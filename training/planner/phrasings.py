"""How people ask: phrasings per intent and language, and the split that keeps some of them apart.

The lists are `phrases/*.txt`: `# section`, then one entry a line. Slots of phrasings: {x} things
(plural), {a} a thing with its article, {s} a thing, {y} {b} {t} a second thing, {f} field name,
{i} item, {w} word, {c} colour, {p} picture, {q} adjective, {l} place, {u} a thing that no detector
knows, {n} a small number; of `joins`, {1} and {2}: the two questions that become one. Intents named
`and_…` and `it_…` are follow-ups. A phrasing stands under one intent only, else it would be taught
to mean two things; only follow-ups may repeat one, because what was asked before tells them apart.
"""

from __future__ import annotations

import zlib
from functools import cache
from pathlib import Path

from agent.answer import Language

HELD_OUT_SHARE = 10
"""One phrasing in so many is never trained on."""
FOLDER = Path(__file__).with_name("phrases")


def is_held_out(intent: str, phrasing: str) -> bool:
    """Whether a phrasing belongs to the evaluation; stable over runs and edits of the lists."""
    return zlib.crc32(f"{intent}|{phrasing}".encode()) % HELD_OUT_SHARE == 0


@cache
def sections(file: str) -> dict[str, list[str]]:
    """Section → lines of one file of `phrases/`."""
    found: dict[str, list[str]] = {}
    current: list[str] = []
    for line in (FOLDER / file).read_text(encoding="utf-8").splitlines():
        if line.startswith("# "):
            current = found.setdefault(line[2:], [])
        elif line:
            current.append(line)
    return found


def phrasings(language: Language) -> dict[str, list[str]]:
    """Intent → phrasings, both sides of the split."""
    return sections(f"{language}.txt")


def words(section: str) -> list[str]:
    """A list of words to put into slots."""
    return sections("words.txt")[section]


def side(intent: str, language: Language, *, held_out: bool) -> list[str]:
    """The phrasings of one side of the split; empty where an intent has too few to hold any out."""
    known = phrasings(language)[intent]
    return [p for p in known if is_held_out(intent, p) == held_out]
