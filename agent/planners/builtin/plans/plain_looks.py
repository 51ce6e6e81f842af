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
from tools.words.labels import COLOURS, GROUPS
from tools.words.sentences import label_spans

_COLOUR = re.compile(r"\bcolou?rs?\b|色", re.IGNORECASE)
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
        or (part_asked_of(text) == "all" and _COLOUR.search(text) and "#" not in masked)
        or form_of("plain_looks", masked) is not None
        or may_be_written(text)
    )


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
    return text
