"""The words for how two things lie to one another or compare (`relations.txt`)."""

from __future__ import annotations

from functools import cache
from typing import Literal

from tools.words.lists import by_kind

Language = Literal["en", "zh"]
UNSEEN = "unseen"
"""The relation of all places that boxes do not show."""
_BESIDE = ("carries people", "stands")


@cache
def relation_words(language: Language) -> dict[str, str]:
    """Every word or phrase of a language → its relation."""
    return {
        word: relation
        for (relation, its), words in by_kind("relations").items()
        if its == language and relation not in _BESIDE
        for word in words
    }


def may_lie_on(thing: str, other: str) -> bool:
    """Whether a thing of one label may lie or sit on another: no couch does, nobody on a cup."""
    words = by_kind("relations")
    carries = words["carries people", "en"]
    return thing not in words["stands", "en"] and (thing != "person" or other in carries)


def said_as(relation: str, language: Language) -> str:
    """How a sentence says a relation: the first of its words."""
    return by_kind("relations")[relation, language][0]
