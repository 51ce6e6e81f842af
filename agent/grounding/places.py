"""Where it was seen: in which of several pictures, which every sentence tells, and where in it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from agent.answer import Language
from agent.grounding.ledger import Ledger
from agent.grounding.named_pictures import named_pictures
from agent.grounding.wording import picture_name
from tools.evidence import Evidence

MIDDLE = 0.4, 0.6
"""Where the middle begins and ends, in parts of the width or height."""
_PLACES: dict[Language, tuple[tuple[str, str, str], tuple[str, str, str], str]] = {
    "en": (("left", "", "right"), ("top ", "", "bottom "), "middle"),
    "zh": (("左", "", "右"), ("上", "", "下"), "中间"),
}
_END = re.compile(r"(?P<end>[.!?。！？]*)\s*$")


def with_picture(
    text: str, evidence: Sequence[Evidence], ledger: Ledger, language: Language
) -> str:
    """A sentence with the picture that it is about ("… (picture 2)."), where there are several.

    Nothing is added where it rests on more than one, or says the picture itself.
    """
    refs = {e.picture.id: e.picture for e in evidence}
    if len(refs) != 1 or len(ledger.pictures) < 2:
        return text
    (ref,) = refs.values()
    name = picture_name(ref, ledger.pictures, language)
    if re.search(rf"{re.escape(name)}(?!\d)", text, re.IGNORECASE):
        return text
    before = " (" if language == "en" else "("
    return _END.sub(lambda match: f"{before}{name}){match['end']}", text, count=1)


def in_other_pictures(question: str, evidence: Sequence[Evidence], ledger: Ledger) -> str | None:
    """What is wrong with a sentence that rests on another picture than the question names."""
    named = named_pictures(question, [ref.id for ref in ledger.pictures])
    others = [e for e in evidence if named and e.picture.id not in named]
    if not named or not others:
        return None
    return f"the question is about {', '.join(named)}; {others[0].id} is of another picture"


def place_of(evidence: Evidence, language: Language) -> str:
    """Where a box lies: left, top right, middle …"""
    left, top, right, bottom = evidence.box_xyxy or (0, 0, 0, 0)
    across, down, middle = _PLACES[language]
    x = third((left + right) / 2 / evidence.picture.width)
    y = third((top + bottom) / 2 / evidence.picture.height)
    if language == "en":
        return (down[y] + across[x]).strip() or middle
    named = across[x] + down[y]
    side = {"左": "左边", "右": "右边", "上": "上方", "下": "下方"}
    return side.get(named, named) or middle


def third(part: float) -> int:
    """0, 1 or 2 for what lies before, in, or behind the middle of a side, by parts of it."""
    return 0 if part < MIDDLE[0] else 2 if part > MIDDLE[1] else 1
