"""What a question takes for granted: that the thing is there of which it asks what it does.

"What is the man doing?" takes a man for granted. Where the detector clearly saw nobody, there is
nothing to estimate: an estimate that answers such a question carries nothing, and the answer says
what is not there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache, lru_cache

from agent.answer import Language
from agent.grounding.estimates import question_of
from agent.grounding.wording import language_of
from tools.evidence import Evidence
from tools.words.labels import CLASSES
from tools.words.lists import rows_of
from tools.words.named_things import named_things, surely_named_things

DETECT = "detect_objects"
CLEARLY = 0.85
"""The least score of a denial. A detector that finds nothing looks past small things: of those that
fill a hundredth or more of 94 labelled photographs it denied 2 in 100 with this score, of smaller
ones 1 in 3."""
_WHERE = re.compile(
    r"\b(?:in|on|at|near|under|behind|beside|above|below|between|next to|in front of|around|inside"
    r"|through|against|from|towards?|of (?:the|this|that) (?:picture|image|photo)|with(?:out)?)\b",
    re.IGNORECASE,
)
"""What stands behind it is where: it is not what the question asks about."""
_WHERE_ZH = re.compile(
    r"在[^，。？?]{1,8}?(?:[上下里中旁内外]|[前后左右上下里外旁]?[面边方侧])的?"
    r"|[^，。？?在的]{1,6}?(?:[上下里中旁内外]|[前后左右上下里外旁][面边方侧])的"
)
_COUNTED = re.compile(
    r"\b(?:how many|number of)\b(.*?)"
    r"(?=$|\b(?:is|are|was|were|do|does|did|has|have|can|could|in|on|at)\b)|(?:几|多少)(.{1,4})",
    re.IGNORECASE,
)
"""What is counted."""
_CHOICE = re.compile(r"\bor\b|还是|或", re.IGNORECASE)


def absent_subject(text: str, seen: Iterable[Evidence]) -> Evidence | None:
    """The evidence that the thing which a question is about is clearly not there; None without any.

    A group's word denies nothing (what is no fruit to the detector may be a fruit), nor do words
    that mean many things, nor the names of small ones.
    """
    subject = subject_of(text, language_of(text))
    looks = [e for e in seen if e.tool == DETECT and e.group == subject]
    is_absent = subject is not None and all(is_clearly_absent(e, text) for e in looks)
    return next(iter(looks), None) if is_absent else None


def is_clearly_absent(e: Evidence, text: str) -> bool:
    """Whether a thing that a question names for sure was not seen, and is hardly looked past."""
    is_none = e.tool == DETECT and e.status == "none" and e.score >= CLEARLY
    return is_none and e.label not in _small() and e.label in surely_named_things(text, CLASSES)


def without_subject(estimate: Evidence, seen: Iterable[Evidence]) -> Evidence | None:
    """The evidence that what an estimate speaks of is not there in its picture; None if it is."""
    asked = question_of(estimate)
    here = (e for e in seen if e.picture.id == estimate.picture.id)
    return absent_subject(asked, here) if asked else None


def is_counted(text: str, label: str) -> bool:
    """Whether a question asks how many there are of a thing, and not of its parts.

    "How many dogs are asleep?" asks for dogs, "How many legs does the dog have?" for none.
    """
    counted = _COUNTED.search(text)
    return counted is not None and label in named_things(counted[1] or counted[2], CLASSES)


@lru_cache(maxsize=256)
def subject_of(text: str, language: Language) -> str | None:
    """The thing that a question is about: the first that it names, and not as a place.

    "What is the cat on the bed doing?" cat, "How many wheels does the bus have?" bus, "What is on
    the table?" None.
    """
    about = _WHERE.split(text)[0] if language == "en" else _WHERE_ZH.sub(" ", text)
    named = named_things(about, CLASSES)
    if not named or (_CHOICE.search(about) and len(named) > 1):
        return None
    return named[0]


@cache
def _small() -> frozenset[str]:
    return frozenset(word for row in rows_of("small_things") for word in row)
