"""Questions for one value that a document prints, by pattern: what to read for, and what of it.

"What is the balance due?" reads for these very words, "Who served?" for the field that it means,
"How many ml are in it?" for the unit. How they are planned is `agent.planners.builtin.documents`'.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

from agent.grounding.question_parts import Part, field_words
from tools.reading.labels import field_of
from tools.reading.rates import rate_asked
from tools.words.field_questions import field_meant
from tools.words.labels import CLASSES, GROUPS
from tools.words.predicates import pattern_of
from tools.words.questions import HAN, mentioned
from tools.words.units import unit_names

OTHERS = {"company", "address", "phone", "fax", "email", "url", "price", "name"}
"""Fields that are told by more than their labels: the weights were taught to ask for them."""
MAX_WORDS = 5
Form = Literal["value", "measure", "year", "month", "words", "cost"]

_RATE = re.compile(r"\d+(?:[.,]\d+)?\s?(?:[%％]|per ?cent)")
_HOW_MANY = re.compile(
    r"\bhow many (?P<unit>[a-z]+(?: ounces?| oz)?)\b(?: of (?P<of>(?!it\b|this\b)[a-z ]{3,30}?)"
    r"(?= (?:is|are|does|do)\b|\W*$))?|多少(?P<han>[\u4e00-\u9fff]{1,2})",
    re.IGNORECASE,
)
_INCLUDING = re.compile(
    r",? (?:including|incl\.?|inclusive of|with)(?: the| all| any)? "
    r"(?:tax(?:es)?|vat|gst|tip|service|everything)\b|含税的?",
    re.IGNORECASE,
)
"""A total has everything in it."""
_YEAR = re.compile(r"\b(?:what|which) year\b|哪一?年", re.IGNORECASE)
_MONTH = re.compile(r"\b(?:what|which) month\b|几月(?!几?[日号])|哪个月", re.IGNORECASE)
_THE = r"(?: the| an?| one| this| these| our| your| their)? (?P<what>[^?]+?)"
_TAKES_PLACE = r"(?:be held|held|take place|happen)"
_WHEN = re.compile(
    r"\W*(?:when|(?:on |from )?(?:what|which) (?:date|day))"
    rf"(?:(?: is| was| are| were)(?: it| this| they)?|(?: will| does)(?=.* {_TAKES_PLACE}\W*$))"
    rf"{_THE}(?: {_TAKES_PLACE})?\W*",
    re.IGNORECASE,
)
_COST = re.compile(
    r"\W*(?:how much (?:is|was|are|were)|(?:how much|what) (?:does|do|did)(?=.* cost\W*$))"
    rf"{_THE}(?: cost)?\W*",
    re.IGNORECASE,
)
_WHAT = re.compile(rf"\W*what(?:['’]s| is| was| are| were){_THE}\W*", re.IGNORECASE)
_OWN_HAN = re.compile(
    r"\W*(?P<what>[\u4e00-\u9fff]{2,8}?)(?:是|要|花了|为)?(?P<ask>多少(?:钱|元|块)?|几(?:块钱|元))\W*"
)
"""What a Chinese question asks the price or the number of: 包装费是多少？"""
_ASKING = re.compile(
    r"\b(?:what(?:'s)?|which|who|when|how|much|many|tell|give|show|please|until|would|could|"
    r"currency)\b|请问|请|多少钱|多少|什么|哪个|哪|谁|几|呢",
    re.IGNORECASE,
)
_PRONOUN = re.compile(r"(?:it|this|that|these|they|he|she|there|here|everything|all)\b", re.I)


@dataclass(frozen=True)
class Asked:
    """What to read for, and what of the value is asked for.

    The forms `words` and `cost` are any words of the question, which may be called otherwise on the
    page; the others are a field or a unit.
    """

    query: str
    form: Form = "value"


def asked_value(part: Part) -> Asked | None:
    """What a question reads for; None for every question that is not for a printed value."""
    if part.without or part.of_several or part.kind in {"yes/no", "colour", "place", "rate"}:
        return None
    text = part.text
    form: Form = "year" if _YEAR.search(text) else "month" if _MONTH.search(text) else "value"
    if (measure := _measure(text)) is not None:
        return Asked(measure, "measure")
    if (field := _rate(text) or _field(part)) is not None:
        return Asked(field, form)
    if part.of_text or part.fields & OTHERS:
        return None
    words = Asked("date", form) if form != "value" else _by_its_own_words(text)
    names_things = bool(mentioned(text, (*CLASSES, *GROUPS)))
    return None if words is not None and words.form != "cost" and names_things else words


def _measure(text: str) -> str | None:
    """ "How many ml are in it?": ml. "How many grams of sugar does it have?": sugar."""
    match = _HOW_MANY.search(text)
    name = (match["unit"] or match["han"]).casefold() if match else ""
    unit = unit_names().get(name) or unit_names().get(name.split(" ")[0])
    if match is None or unit is None:
        return None
    return (match["of"] or "").strip() or name


def _rate(text: str) -> str | None:
    """ "How much would an 18% tip be?": 18% tip."""
    rate, names = _RATE.search(text), field_words(text)
    if rate is None or len(names) != 1:
        return None
    query = f"{rate[0]} {next(iter(names))}"
    return query if rate_asked(query) is not None else None


def _field(part: Part) -> str | None:
    """The words of a field that a question asks for and nothing else, or the field it means."""
    meant = field_meant(part.text)
    if meant is not None and not part.names:
        return meant
    text = _INCLUDING.sub("", part.text)
    names = field_words(text)
    if len(set(names.values())) == 1 and not _left_over(text, names):
        return None if set(names.values()) & OTHERS else max(names, key=len)
    field = field_of(text)
    return field.name if field is not None and field.name not in OTHERS else None


def _left_over(text: str, names: Collection[str] = ()) -> bool:
    """Whether a question says more than how it asks and these names ("… for Room 5")."""
    for name in sorted(names, key=len, reverse=True):
        text = re.sub(re.escape(name), " ", text, flags=re.IGNORECASE)
    text = pattern_of("en").sub(" ", _ASKING.sub(" ", text))
    text = pattern_of("zh").sub(" ", text) if HAN.search(text) else text
    return re.search(r"[^\W_]{2,}|[\u4e00-\u9fff]", text) is not None


def _by_its_own_words(text: str) -> Asked | None:
    """ "When is the next meeting?": next meeting. "How much was the Inspektion?": Inspektion."""
    if (own := _OWN_HAN.fullmatch(text)) and _left_over(own["what"]):
        return Asked(own["what"], "cost")
    for pattern in (_WHEN, _COST, _WHAT):
        match = pattern.fullmatch(text)
        what = match["what"].strip() if match else ""
        if what.endswith(" from") and pattern is _WHEN:
            return Asked("date")
        if what and len(what.split()) <= MAX_WORDS and not _PRONOUN.match(what):
            is_name = _left_over(what)
            return Asked(what, "cost" if pattern is _COST else "words") if is_name else None
    return None
