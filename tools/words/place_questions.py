"""Which questions ask what is at a place: "What is on the table?", 桌子旁边有什么？"""

from __future__ import annotations

import re
from dataclasses import dataclass

from tools.words.forms import form_of
from tools.words.labels import CLASSES, COLOURS, GROUPS, canonical
from tools.words.questions import HAN
from tools.words.relations import UNSEEN, relation_words

_OF_PICTURE = re.compile(
    r"(?:picture|image|photo|photograph|scene|pic|shot)s?|[这那]?[张幅个]?(?:图|图片|照片|画面|图像)|[这那]",
    re.IGNORECASE,
)
_THINGS = re.compile(r"things?|objects?|items?|stuff|else|东西|物品|物体|", re.IGNORECASE)
_AND = re.compile(r" and (?:the |an? )?|[和与]")
_EDGE = re.compile(r"^(?:the|an?) ", re.IGNORECASE)


@dataclass(frozen=True)
class PlaceQuestion:
    """What is asked to be at a place.

    Attributes:
        relation: to the anchors, as `relations.txt` calls it.
        anchors: labels of the things that the place is told by; none where it is told otherwise.
        kind: the group that is asked for ("what animal"); None for anything.
        is_plain: whether nothing narrows what is asked for.
    """

    relation: str
    anchors: tuple[str, ...]
    kind: str | None
    is_plain: bool


def place_question(text: str) -> PlaceQuestion | None:
    """The question as one for what is at a place; None for every other."""
    form = form_of("place_questions", text)
    if form is None:
        return None
    parts = form[1].groupdict(default="")
    kind, anchor = parts.get("kind", ""), parts["anchor"].strip()
    group = canonical(kind)
    if _OF_PICTURE.fullmatch(anchor) or not (_THINGS.fullmatch(kind) or group in GROUPS):
        return None
    language = "zh" if HAN.search(text) else "en"
    words = relation_words(language)
    relation = words.get(parts["relation"].casefold(), UNSEEN)
    return PlaceQuestion(
        relation,
        _labels(anchor),
        group if group in GROUPS else None,
        not parts.get("restriction", "").strip(),
    )


def _labels(anchor: str) -> tuple[str, ...]:
    """The labels of things that an anchor names, and nothing besides; none for any other."""
    named = [canonical(_EDGE.sub("", name)) for name in _AND.split(anchor)]
    known = [label for label in named if label in CLASSES and label not in COLOURS]
    return tuple(known) if len(known) == len(named) else ()
