"""The words of notices: by which they allow, forbid and restrict, and what means the same on them.

`notices.txt` holds the first by kind and language, `activities.txt` the second. What a notice says
with them is `tools.reading.rules`'.
"""

from __future__ import annotations

import re
from functools import cache

from tools.words.labels import canonical
from tools.words.lists import by_kind, lines_of
from tools.words.predicates import pattern_for
from tools.words.questions import HAN
from tools.words.tables import words_of

_ENGLISH = re.compile(r"[a-z]+(?:['’-][a-z]+)*|\d+")
_LONGEST = 4
"""The words of the longest activity that is looked for."""


@cache
def pattern(kind: str) -> re.Pattern[str]:
    """One pattern for all words of a kind, in both languages."""
    table = by_kind("notices")
    return pattern_for(
        [word for language in ("en", "zh") for word in table.get((kind, language), ())]
    )


def topics(text: str) -> frozenset[str]:
    """What a text speaks of, one name for each meaning in either language: a notice's own words.

    "my dogs", 狗 → dog; "take photos", 拍照 → photography; what no table knows is its own name.
    """
    text = text.casefold()
    return frozenset([*_english(text), *_chinese(text)])


def speaks_of(text: str, wanted: frozenset[str]) -> bool:
    """Whether a text speaks of all of these topics; Chinese words without a name as they stand."""
    missing = wanted - topics(text)
    return all(HAN.search(word) and word in text for word in missing)


def activities() -> frozenset[str]:
    """The names of all that the table of activities knows."""
    return frozenset(_names().values())


@cache
def _names() -> dict[str, str]:
    names: dict[str, str] = {}
    for line in lines_of("activities"):
        words = line.split(", ")
        for word in words:
            names.setdefault(word, words[0])
    return names


def _english(text: str) -> list[str]:
    words = _ENGLISH.findall(text)
    found, at = [], 0
    fillers = set(by_kind("notices")["filler", "en"])
    while at < len(words):
        for length in range(min(_LONGEST, len(words) - at), 0, -1):
            phrase = " ".join(words[at : at + length])
            name = _names().get(phrase) or canonical(phrase)
            if name is not None:
                found.append(_names().get(name, name))
                at += length
                break
        else:
            if words[at] not in fillers:
                found.append(singular(words[at]))
            at += 1
    return found


def _chinese(text: str) -> list[str]:
    found, rest = [], []
    for run in re.findall(r"[\u3400-\u9fff]+", text):
        names = _chinese_words()
        at = 0
        for match in _chinese_pattern().finditer(run):
            rest.append(run[at : match.start()])
            found.append(names[match[0]])
            at = match.end()
        rest.append(run[at:])
    fillers = "|".join(sorted(by_kind("notices")["filler", "zh"], key=len, reverse=True))
    return found + [word for part in rest for word in re.split(fillers, part) if word]


@cache
def _chinese_words() -> dict[str, str]:
    things = {**words_of("things", asked=True), **words_of("groups", asked=True)}
    names = {word: _names().get(label, label) for word, label in things.items()}
    return {word: name for word, name in (names | _names()).items() if HAN.search(word)}


@cache
def _chinese_pattern() -> re.Pattern[str]:
    return re.compile("|".join(map(re.escape, sorted(_chinese_words(), key=len, reverse=True))))


def singular(word: str) -> str:
    """An English noun without its plural's ending."""
    for ending, instead in (
        ("ies", "y"),
        ("sses", "ss"),
        ("shes", "sh"),
        ("ches", "ch"),
        ("xes", "x"),
        ("oes", "o"),
    ):
        if word.endswith(ending) and len(word) > len(ending) + 1:
            return word[: -len(ending)] + instead
    is_plural = word.endswith("s") and not word.endswith(("ss", "us", "is")) and len(word) > 3
    return word[:-1] if is_plural else word
