"""Which questions about a photograph one plain look answers: a count, a thing's colour, its kind.

For these there is a tool that sees it; what is asked beyond that ("How many dogs are sleeping?")
nothing sees. The forms are those of `tools/words/plain_looks.txt`.
"""

from __future__ import annotations

import re

from agent.answer import Language
from agent.grounding.notices import notice_question
from agent.grounding.question_parts import Part
from agent.grounding.scene_questions import alternatives, asks_for_a_place
from agent.planners.builtin.plans.kind_questions import kind_question
from agent.planners.builtin.plans.sign_questions import sign_question
from tools.words.colour_questions import asks_colour_of_drawing, part_asked_of
from tools.words.forms import form_of
from tools.words.labels import CLASSES, COLOURS, GROUPS
from tools.words.named_things import any_name, named_things
from tools.words.sentences import label_spans

_COLOUR = re.compile(r"\bcolou?rs?\b|色", re.IGNORECASE)
_OF_A_THING = re.compile(
    r"\bcolou?rs? (?:is|are|of|does|do) (?:the |this |that |these |his |her )?"
    r"(?!(?:picture|image|photo|photograph|background|it|this|there|on|in|used|most|main)\b)\w+",
    re.IGNORECASE,
)
"""Of one thing, whatever that is: not of all of the picture."""
_SIDE_BY_SIDE = re.compile(
    r"[#@](?:,| and| or)+ (?:the |any |a |an )?[#@]|[#@](?:和|与|或者?|、|还是)[#@]"
)
_ON_A_DOOR = re.compile(
    r"\b(?:open|closed|shut|push|pull|free|left|right|up|down|entrance|exit|yes|no)\b", re.I
)
"""What signs let choose from."""


def is_plain(part: Part, language: Language) -> bool:
    """Whether one look at things, kinds, colours or words answers it, and nothing else is asked."""
    text = part.text
    if alternatives(text) or asks_for_a_place(text):
        return False
    masked = _masked(text, language)
    return bool(
        kind_question(text) is not None
        or asks_colour_of_drawing(text)
        or (part_asked_of(text) == "all" and _COLOUR.search(text) and not _is_of_a_thing(masked))
        or plain_form(part, language) is not None
        or may_be_written(text)
    )


def plain_form(part: Part, language: Language) -> str | None:
    """The form of a question that one plain look answers: count, presence, list, colour, …"""
    form = form_of("plain_looks", _masked(part.text, language))
    return None if form is None else form[0]


def is_at_a_thing(part: Part, language: Language) -> bool:
    """Whether it asks for a number or presence at a place that another thing tells.

    "How many cups are on the table?", not "How many cups and forks are there?".
    """
    named = named_things(part.text, (*CLASSES, *GROUPS))
    is_asked = plain_form(part, language) in ("count", "presence")
    are_side_by_side = part.things or _SIDE_BY_SIDE.search(_masked(part.text, language))
    return is_asked and not are_side_by_side and len(named) == 2


def asks_colour_of_a_thing(part: Part) -> bool:
    """Whether it asks for the colour of one thing, of whatever kind: "What color is the lamp?"."""
    is_drawn = part_asked_of(part.text) in ("thing", "background")
    return part.kind == "colour" and not is_drawn and _OF_A_THING.search(part.text) is not None


def _is_of_a_thing(masked: str) -> bool:
    return "#" in masked or _OF_A_THING.search(masked) is not None


def may_be_written(text: str) -> bool:
    """Whether a sign may answer it, so that it is read first: "Is the door open?"."""
    sign = sign_question(text)
    if sign is None or sign.form in ("about", "where"):
        return notice_question(text) is not None
    return sign.form != "either" or any(map(_ON_A_DOOR.search, sign.others))


def _masked(text: str, language: Language) -> str:
    """The question with `#` for each thing, `@` for each group and `%` for each colour."""
    for start, end, label in reversed(list(label_spans(text, language))):
        mark = "%" if label in COLOURS else "@" if label in GROUPS else "#"
        text = f"{text[:start]}{mark}{text[end:]}"
    return any_name().sub("#", text)
