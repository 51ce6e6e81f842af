"""Links the words of a question to labels: misses nothing, slips of the keyboard included.

Of groups it also knows whether their number or presence is asked for.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache

from tools.words.labels import plural
from tools.words.spelling import is_word
from tools.words.tables import table, words_of

HAN = re.compile(r"[\u4e00-\u9fff]")
_LONGEST = 4
"""The words of the longest name that is looked for."""
_ENGLISH_WORD = re.compile(r"[a-z0-9à-ÿ]+")
_SEEKING = (
    r"\b(?:how many|(?:is|are)(?:n['’]t)? there|see|find|spot|detect|show|contain|have|count)"
    r"(?: any| an?| some| no| all| the| other| different)*"
)
_NO_LONGER_NAME = (
    r"(?=\s*(?:[^\w\s]|$)|\s+(?:in|on|at|here|there|is|are|do|does|did|can|could|visible|shown|and"
    r"|or|around|near|under|behind)\b)"
)
_SEEKING_HAN = r"(?:有|无|几[^\s]?|多少[^\s]?)"
_NO_LONGER_HAN = r"(?=\s*(?:[^\w\s]|$|[吗呢么吧在没和或还与]))"


def mentioned(text: str, labels: Iterable[str]) -> list[str]:
    """The labels that a question may speak of, in the order of their mention.

    Made to miss nothing: either language, plurals, slips of the keyboard (a letter left out,
    doubled, or changed with its neighbour in a word of five letters or more that is no word of its
    own, as "pants" are no plants); a Chinese name of one character counts wherever it stands. A
    name within a longer one of another label does not count ("hot dog" is no dog), a name within a
    longer unknown phrase does ("dog collar"). A group is mentioned by its own words only: who
    speaks of dogs does not ask for animals.
    """
    offered = tuple(labels)
    known = table("things").keys() | table("groups").keys()
    own = tuple(label for label in offered if label not in known)
    names, several = _names(own), _han_names(own)
    text = text.casefold()
    places = [(match.start(), names[match[0]]) for match in several.finditer(text)]
    places += _english_places(text, names, _slips_of(own))
    return list(dict.fromkeys(label for _, label in sorted(places) if label in offered))


def groups_sought(text: str) -> set[str]:
    """The groups whose number or presence a question asks for.

    "How many pieces of fruit are there?", "有水果吗？"; not "What fruit is this?", nor "Is there a
    fruit salad on the menu?".
    """
    words = words_of("groups", asked=True)
    return {
        words[match["english"] or match["han"]] for match in _sought().finditer(text.casefold())
    }


@cache
def _sought() -> re.Pattern[str]:
    words = sorted(words_of("groups", asked=True), key=len, reverse=True)
    english = "|".join(re.escape(word) for word in words if not HAN.search(word))
    han = "|".join(re.escape(word) for word in words if HAN.search(word))
    return re.compile(
        rf"(?:{_SEEKING}\s+(?P<english>{english}){_NO_LONGER_NAME}"
        rf"|{_SEEKING_HAN}\s*(?P<han>{han}){_NO_LONGER_HAN})"
    )


def _english_places(
    text: str, names: dict[str, str], slips: dict[str, str]
) -> Iterator[tuple[int, str]]:
    """Start and label of every name, or slip of one, longest first."""
    words = list(_ENGLISH_WORD.finditer(text))
    at = 0
    while at < len(words):
        for length in range(_LONGEST, 0, -1):
            name = " ".join(word[0] for word in words[at : at + length])
            label = names.get(name) or slips.get(name)
            if label is None or len(words) - at < length:
                continue
            if name in names or not all(map(is_word, name.split())):
                yield words[at].start(), label
                at += length - 1
                break
        at += 1


@lru_cache(maxsize=64)
def _names(own: tuple[str, ...]) -> dict[str, str]:
    """Every name → its label; a label of one's own wins over other words."""
    names = words_of("groups", asked=True) | words_of("things", asked=True)
    names |= {plural(label, 2).casefold(): label for label in own}
    names |= {label.casefold(): label for label in own}
    english = {
        " ".join(_ENGLISH_WORD.findall(name)): label
        for name, label in names.items()
        if not HAN.search(name)
    }
    return names | {plural(name, 2): label for name, label in english.items()} | english


@lru_cache(maxsize=64)
def _slips_of(own: tuple[str, ...]) -> dict[str, str]:
    """Every slip of an English name → its label; of two labels the thing wins over the group."""
    names = ((name, label) for name, label in _names(own).items() if not HAN.search(name))
    return {slip: label for name, label in names for slip in _slips(name)}


@lru_cache(maxsize=64)
def _han_names(own: tuple[str, ...]) -> re.Pattern[str]:
    words = sorted(filter(HAN.search, _names(own)), key=len, reverse=True)
    return re.compile("|".join(map(re.escape, words)))


def _slips(word: str) -> Iterator[str]:
    """How a word is mistyped: two letters changed, one left out, or one doubled; five are left."""
    for at in range(1, len(word) - 1):
        here, after = word[at], word[at + 1]
        for slip in (
            word[:at] + after + here + word[at + 2 :],
            word[:at] + word[at + 1 :],
            word[:at] + here + word[at:],
        ):
            if len(slip) > 4 and " " not in here + after:
                yield slip
