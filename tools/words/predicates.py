"""The closed set of words that a sentence of an answer may use around what evidence carries.

`predicates.txt` holds them by kind and language; what a sentence may do with them is
`agent.grounding.predicates`' and `agent.grounding.polarity`'s.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Literal, get_args

from tools.words.lists import by_kind
from tools.words.questions import HAN

Kind = Literal[
    "is", "has", "shows", "says", "count", "comparison", "sameness", "difference", "ordering",
    "place", "colour", "unsure", "negation", "exclusion", "paper", "glue", "no negation",
    "estimate", "no estimate",
]  # fmt: skip
"""What words are for. `comparison`, `sameness`, `difference`: what code has to work out;
`exclusion`: a part taken off; `paper`: what is looked at, or carries text; `no negation`: words
that hold a negation only in their letters; `estimate`: what marks an estimate as one, and
`no estimate` words that hold such a mark only in their letters, or say the opposite."""
Language = Literal["en", "zh"]
KINDS: tuple[Kind, ...] = get_args(Kind)


@cache
def words_for(kind: Kind, language: Language) -> tuple[str, ...]:
    """The words of a kind, in lower case, the longest first.

    Raises:
        ValueError: a line of the table is not three columns, or its kind is unknown.
    """
    table = by_kind("predicates")
    if unknown := {name for name, _ in table} - set(KINDS):
        raise ValueError(f"predicates.txt: unknown kinds {', '.join(sorted(unknown))}")
    return tuple(sorted(table.get((kind, language), ()), key=len, reverse=True))


@cache
def pattern_of(language: Language, *kinds: Kind) -> re.Pattern[str]:
    """One pattern for the words of some kinds (all, without any): whole words, longest first."""
    words = [word for kind in kinds or KINDS for word in words_for(kind, language)]
    return pattern_for(words)


def pattern_for(words: list[str]) -> re.Pattern[str]:
    """A pattern that finds these words: whole ones in Latin letters, Chinese ones anywhere."""
    ordered = sorted({word for word in words if word}, key=len, reverse=True)
    return re.compile("|".join(map(_whole, ordered)) or r"(?!)", re.IGNORECASE)


def _whole(word: str) -> str:
    spaced = r"\s+".join(map(re.escape, word.split()))
    if HAN.search(word):
        return spaced
    start = r"(?<![\w'’])" if word[0].isalnum() else ""
    end = r"(?![\w])" if word[-1].isalnum() else ""
    return f"{start}{spaced}{end}"
