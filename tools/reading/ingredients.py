"""What a list of ingredients names, what may be in it, and what is said not to be in it.

Pure functions on text, in the languages of the field `ingredients`. A word within a word is none:
there is no apple in pineapple.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from tools.reading.labels import fields, plain
from tools.reading.prose import talk_of
from tools.reading.rules import Decision
from tools.words.notices import pattern, singular
from tools.words.questions import HAN

_ENTRY = re.compile(r"\s*(?:[,;:()\[\]、，；：（）.。•·*]|\band\b|\bor\b|和|及)\s*", re.IGNORECASE)
_OTHER = re.compile(
    r"^\W*(?:\d+\s*(?:g|kg|ml|l|cl|oz|lb|克|千克|毫升|升)\b|[^\W\d_][\w .()/]{1,20}[:：])",
    re.IGNORECASE,
)
"""What follows a list: a measure, or the next label."""


def contains(lines: Sequence[str], topic: str) -> Decision | None:
    """Whether `topic` is in what the lines describe; None where they list no ingredients.

    True where the list names it, false where the lines say that it is not in it, or where the list
    does not name it; neither where there may be traces of it, or something of that name.
    """
    wanted = _words(topic)
    if not wanted:
        return None
    listed = _list_at(lines)
    for kind in ("free of", "may contain"):
        at = _said_at(lines, kind, wanted)
        if at and not _names(lines, [i for i in listed if i not in at], wanted):
            return Decision(False if kind == "free of" else None, at)
    at = _said_at(lines, "contains", wanted)
    if at:
        return Decision(True, at)
    named = _names(lines, listed, wanted)
    if named:
        sure = [i for i, is_sure in named if is_sure]
        last = sure[0] if sure else named[0][0]
        return Decision(True if sure else None, tuple(i for i in listed if i <= last))
    return Decision(False, tuple(listed), is_silent=True) if listed else None


def _list_at(lines: Sequence[str]) -> list[int]:
    """The indices of the lines of the list: from its label on, up to another label or a measure."""
    start = next((i for i, line in enumerate(lines) if _label().match(plain(line))), None)
    if start is None:
        return []
    found = [start]
    for index in range(start + 1, len(lines)):
        before = lines[found[-1]].rstrip()
        is_headed = len(found) == 1 and not _label().sub("", plain(before)).strip()
        ended = before.endswith((".", "。")) and not is_headed
        other = _OTHER.match(lines[index]) or pattern("may contain").search(lines[index])
        goes_on = before.endswith((",", "、", "，", "-", "(", "（", ":", "："))
        if ended or other or not (goes_on or is_headed or len(_ENTRY.split(lines[index])) > 1):
            break
        found.append(index)
    return found


@cache
def _label() -> re.Pattern[str]:
    names = next(field.names for field in fields() if field.name == "ingredients")
    ordered = sorted(map(plain, names), key=len, reverse=True)
    return re.compile(rf"(?:{'|'.join(map(re.escape, ordered))})(?![^\W\d_])|(?:配料|成分|原料)")


def _said_at(lines: Sequence[str], kind: str, wanted: frozenset[str]) -> tuple[int, ...]:
    """The lines that say these words behind words of a kind: "may contain nuts"."""
    found = []
    for index, line in enumerate(lines):
        if talk_of(line) == "instruction":
            continue
        for match in pattern(kind).finditer(line):
            behind = re.split(r"[.;。；]", line[match.end() :])[0]
            if not behind.strip(" :：,") and index + 1 < len(lines):
                behind = lines[index + 1]
            if kind == "contains" and pattern("may contain").search(line):
                continue
            if kind == "contains" and pattern("free of").search(line[: match.end()]):
                continue
            if any(_is_in(wanted, entry) for entry in _ENTRY.split(behind)):
                found.append(index)
        if kind == "free of" and re.search(
            rf"\b{_stem(wanted)}\w*[\s-]free\b", line, re.IGNORECASE
        ):
            found.append(index)
    return tuple(dict.fromkeys(found))


def _stem(wanted: frozenset[str]) -> str:
    return re.escape(next(iter(wanted)))


def _names(
    lines: Sequence[str], listed: Sequence[int], wanted: frozenset[str]
) -> list[tuple[int, bool]]:
    """The lines of the list that name these words, and whether surely that thing."""
    return [
        (index, not _is_of_plants(wanted, entry))
        for index in listed
        for entry in _ENTRY.split(lines[index])
        if _is_in(wanted, entry)
    ]


def _is_in(wanted: frozenset[str], entry: str) -> bool:
    if any(HAN.search(word) for word in wanted):
        return all(word in entry for word in wanted)
    return wanted <= _words(entry)


def _is_of_plants(wanted: frozenset[str], entry: str) -> bool:
    """Whether what is named is something else by the word before it: coconut milk."""
    named = re.search("|".join(map(re.escape, wanted)), entry, re.IGNORECASE)
    before = entry[: named.start()].rstrip() if named else ""
    return any(match.end() == len(before) for match in pattern("plant").finditer(before))


def _words(text: str) -> frozenset[str]:
    """The words of a text, one form for singular and plural; Chinese as it stands."""
    text = plain(text)
    english = {singular(word) for word in re.findall(r"[a-z]+", text)} - _ARTICLES
    return frozenset(english | set(re.findall(r"[\u3400-\u9fff]+", text)))


_ARTICLES = {"a", "an", "the", "any", "some", "of", "it", "in", "trace"}
