"""Which questions are about what is written on a sign, a notice or a label: closed forms.

Of some it is known that they ask for words ("What is forbidden?"); others may as well be about
things ("Where are the toilets?"), and are only answered where the text does. The forms are those of
`tools/words/sign_questions.txt`; yes/no questions are `agent.grounding.notices`'.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from tools.words.forms import form_of, pieces_of

FORMS = "sign_questions"
UNITS = ("ml", "l", "g", "kg", "km", "m", "mi", "min")


@dataclass(frozen=True)
class SignQuestion:
    """A question about what is written: its form, and what it names.

    `others` are the words to choose from ("push or pull"), the unit that is asked for, or the noun
    of "which door".
    """

    form: str
    topic: str = ""
    others: tuple[str, ...] = ()


def sign_question(text: str) -> SignQuestion | None:
    """The question as one about what is written; None for every other."""
    found = form_of(FORMS, text)
    if found is None:
        return None
    form, match = found
    parts = {name: part for name, part in match.groupdict().items() if part}
    return SignQuestion(form, parts.get("topic") or parts.get("topic2") or "", _others(parts))


@cache
def measure(unit: str) -> re.Pattern[str]:
    """A number with a unit of `UNITS`, however that is written."""
    return re.compile(rf"\d[\d.,]*\s*(?:{pieces_of(FORMS)[unit]})(?![^\W\d_])", re.IGNORECASE)


def _others(parts: dict[str, str]) -> tuple[str, ...]:
    if "one" in parts:
        return (parts["one"], parts["other"])
    if "unit" in parts:
        names = pieces_of(FORMS)
        return tuple(u for u in UNITS if re.fullmatch(names[u], parts["unit"], re.IGNORECASE))
    return (parts["noun"],) if "noun" in parts else ()
