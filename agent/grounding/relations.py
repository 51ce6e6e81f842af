"""Whether a sentence says rightly how things lie to one another, or which is larger: by boxes.

"To the left of the {e1.label} I see a {e3.label} [e1 e3].", {e1.label}的左边有{e3.label}: what the
words stand beside is named by reference, and all else that is cited must be so to it. What boxes do
not show (behind, in front of) no sentence may say.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from agent.answer import Language
from agent.grounding.boxes import SIZES, holds
from agent.grounding.premises import DETECT
from tools.evidence import Evidence
from tools.words.predicates import pattern_for
from tools.words.relations import UNSEEN, relation_words

_REF = r"\{\s*e[1-9]\d*\.label\s*\}"
_IN_PICTURE = re.compile(r"\bin the (?:picture|image|photo)\b|图[中里上片]|照片[中里上]", re.I)


def without_relation(
    own: str, evidence: Sequence[Evidence], language: Language
) -> tuple[str, str | None]:
    """A sentence's own words without those that say a relation, and what is wrong with that.

    Where it says none, it is left as it is.
    """
    match = _pattern(language).search(own)
    if match is None:
        return own, None
    parts = match.groupdict()
    said = parts["place"] or parts["size"]
    problem = _wrong(relation_words(language)[said.casefold()], match["others"], evidence)
    if problem is None and parts["size"] and not _IN_PICTURE.search(own):
        problem = "boxes tell only what is larger in the picture; say “in the picture”"
    return f"{own[: match.start()]} {match['others']} {own[match.end() :]}", problem


def _wrong(relation: str, named: str, evidence: Sequence[Evidence]) -> str | None:
    ids = re.findall(r"e[1-9]\d*", named)
    others = {e.id: e.box_xyxy for e in evidence if e.id in ids and e.tool == DETECT}
    boxes = [box for i in ids if (box := others.get(i)) is not None]
    things = [e for e in evidence if e.id not in ids]
    if relation == UNSEEN or not things or len(boxes) < len(ids):
        return "where things are to one another is not evidence"
    for e in things:
        if e.box_xyxy is None or not holds(relation, e.box_xyxy, boxes):
            return f"by its box {e.id} is not {relation} {' '.join(ids)}"
    return None


@cache
def _pattern(language: Language) -> re.Pattern[str]:
    """A relation and the things behind it; in Chinese these stand before."""
    words = relation_words(language)
    sizes = "|".join(word for word, relation in words.items() if relation in SIZES)
    if language == "zh":
        # one character alone is a part of too many words
        places = pattern_for([w for w in words if len(w) > 1 and words[w] not in SIZES]).pattern
        others = rf"(?P<others>{_REF}(?:\s*[和与、]\s*{_REF})?)"
        return re.compile(
            rf"比?\s*{others}\s*的?\s*(?:(?P<place>{places})|(?<=\}})(?P<size>{sizes}))"
        )
    places = pattern_for(
        [word for word, relation in words.items() if relation not in SIZES]
    ).pattern
    the = r"\s+(?:the |an? |that |this )?"
    return re.compile(
        rf"(?:(?P<place>{places})|\b(?P<size>{sizes}) than){the}"
        rf"(?P<others>{_REF}(?:\s+and{the}{_REF})?)",
        re.IGNORECASE,
    )
