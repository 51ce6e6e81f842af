"""Which questions compare two things: "Which is bigger, the dog or the cat?", 人比自行车多吗？"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, cast

from tools.words.forms import form_of
from tools.words.labels import CLASSES, COLOURS, canonical
from tools.words.questions import HAN
from tools.words.relations import relation_words

NUMBERS = {
    "more": "more", "多": "more", "fewer": "fewer", "less": "fewer", "少": "fewer",
    "as many": "as many", "一样多": "as many",
}  # fmt: skip
"""What is asked of two numbers, by its words."""
_SIDES = {"left": "left of", "right": "right of"}


@dataclass(frozen=True)
class ComparisonQuestion:
    """Two things that are compared, by label.

    `relation` is one of boxes (`relations.txt`) or, of their `numbers` and where it is asked of
    which there are `most`, more, fewer or as many.
    """

    form: Literal["which", "whether", "numbers", "most"]
    relation: str
    first: str
    second: str


@lru_cache(maxsize=256)
def comparison_question(text: str) -> ComparisonQuestion | None:
    """The question as one that compares two different things; None for every other."""
    found = form_of("comparison_questions", text)
    if found is None:
        return None
    form, match = cast("Literal['which', 'whether', 'numbers', 'most']", found[0]), found[1]
    first, second = (canonical(match[name]) for name in ("first", "second"))
    if first is None or second is None or first == second or {first, second} & {*COLOURS}:
        return None
    is_of_numbers = form in ("numbers", "most")
    if not is_of_numbers and not {first, second} <= {*CLASSES}:
        return None  # of a group nobody can tell which one is meant
    said = match["relation"].casefold()
    words = NUMBERS if is_of_numbers else _SIDES | relation_words(_language(text))
    return ComparisonQuestion(form, words[said], first, second)


def _language(text: str) -> Literal["en", "zh"]:
    return "zh" if HAN.search(text) else "en"
