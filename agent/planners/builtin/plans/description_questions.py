"""Which questions ask for a description, of a picture or of a thing in it, in English and Chinese.

The forms are those of `tools/words/description_questions.txt`; what is a thing, the tables know.
Planning is `plans.descriptions`'.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from tools.words.forms import form_of
from tools.words.labels import COLOURS, GROUPS, canonical
from tools.words.places import places_in

FORMS = "description_questions"
_END = re.compile(r"(?<=[?.!？。！])\s*(?=\S)")


@dataclass(frozen=True)
class DescriptionQuestion:
    """A question for a description.

    `thing` is the label of the thing that is to be described, None for all of the picture; `places`
    tell it from others of its kind. `of_action` says that it is asked what happens, `is_brief` that
    a few words are wished for.
    """

    thing: str | None = None
    places: tuple[str, ...] = ()
    of_action: bool = False
    is_brief: bool = False


def description_question(text: str) -> DescriptionQuestion | None:
    """The question as one for a description; None for every other.

    Of several sentences ("What do you see? Describe it in detail.") each has to ask for one.
    """
    asked = [_sentence(sentence) for sentence in _END.split(text.strip())]
    first = asked[0]
    if first is None or len(asked) == 1:
        return first
    if any(question is None or question.thing is not None for question in asked):
        return None
    return DescriptionQuestion(
        of_action=any(q.of_action for q in asked if q), is_brief=any(q.is_brief for q in asked if q)
    )


def _sentence(text: str) -> DescriptionQuestion | None:
    found = form_of(FORMS, text)
    if found is None:
        return None
    form, match = found
    parts = match.groupdict()
    is_brief = bool(parts.get("short") or parts.get("brief"))
    if form != "thing":
        return DescriptionQuestion(of_action=form == "happening", is_brief=is_brief)
    thing = canonical(parts["thing"])
    if thing is None or thing in COLOURS or thing in GROUPS:
        return None
    return DescriptionQuestion(thing, tuple(places_in(parts.get("where") or "")), is_brief=is_brief)
