"""Questions for one value that a document prints, by pattern: what to read for, and what of it.

"What is the balance due?" reads for these very words, "Who served?" for the field that it means,
"How many ml are in it?" for the unit. How they are planned is `plans.documents`'.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from typing import Literal

from agent.grounding.asking import asked_elsewhere, without_asking_elsewhere
from agent.grounding.field_names import field_words
from agent.grounding.question_parts import Part
from tools.reading.labels import field_of
from tools.reading.rates import rate_asked
from tools.words.field_questions import field_meant
from tools.words.labels import CLASSES, GROUPS
from tools.words.lists import paired_rows_of, rows_of
from tools.words.predicates import pattern_for, pattern_of
from tools.words.questions import HAN, mentioned
from tools.words.units import unit_names

OTHERS = {"company", "address", "phone", "fax", "email", "url", "price", "name"}
"""Fields that are told by more than their labels: the weights were taught to ask for them."""
MAX_WORDS, MAX_NAMES = 5, 7
"""Words of a name; other names that are read for in one turn."""
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
_ITS, _ELISION = re.compile(r"(?<=\w{3})nya\b"), re.compile(r"\b(?:[^\W\d_]{1,2}|dell|all)'")
""" "jumlahnya" is its jumlah; what stands before an apostrophe is an article."""
_IT = r"(?:it|this|that|these|those|he|she|they|we|i|you)"
_WHICH = re.compile(
    rf"\W*(?:(?:in|at|on|from) )?(?:what|which) (?P<what>[a-z]+(?:[ -][a-z]+)?)"
    rf" (?:is|was|are|were|does|do|did) {_IT}\b(?: \w+)?(?: (?:in|at|on|from|to|for))?\W*",
    re.IGNORECASE,
)
_WHO_IS = re.compile(
    r"\W*who(?:['’]s| is| was| are| were) (?:the|this|our|your|their|his|her) "
    r"(?P<what>[^\W\d_]+(?:[ -][^\W\d_]+){0,2})(?: here)?\W*",
    re.IGNORECASE,
)
_WHO_DID = re.compile(r"\W*(?:who|by whom)\b(?P<did>.+)", re.IGNORECASE)
_HOW_MUCH = re.compile(
    r"\W*(?:how much (?:is|was|does|did|do|are|were|will) (?:it|this|that|everything|they|all this"
    r"|the (?:picture|receipt|bill|invoice|ticket|meal|order))"
    r"|what (?:does|did|will) (?:it|this|that|everything) cost)"
    r"(?: all)?(?: be| cost| come to)?(?: altogether| in total| in all| all together)?\W*"
    r"|(?:请问)?(?:[这那][个件张份顿台些]?|它)?(?:一共|总共|东西)?(?:要|花了?|卖|是)?(?:多少钱|几块钱|几元)",
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
    instead: tuple[str, ...] = ()
    """Other names, to read for together where nothing of it is there."""


def asked_value(part: Part) -> Asked | None:
    """What a question reads for; None for every question that is not for a printed value."""
    if part.without or part.of_several or part.kind in {"yes/no", "colour", "place", "rate"}:
        return None
    if asked_elsewhere(part.text):
        name = _named_elsewhere(part.text)
        return Asked(name) if name is not None else None
    if _HOW_MUCH.fullmatch(part.text.strip(" ?？。")):
        return Asked("total", instead=("price",))
    form = _form(part.text)
    if (measure := _measure(part.text)) is not None:
        return Asked(measure, "measure")
    if (field := _rate(part.text) or _field(part)) is not None:
        return Asked(field, form)
    return _by_label(part, form)


def _form(text: str) -> Form:
    return "year" if _YEAR.search(text) else "month" if _MONTH.search(text) else "value"


def _by_label(part: Part, form: Form) -> Asked | None:
    """What a label may call as the question does, or as others do."""
    numbered = _numbered(part.text) if part.kind != "count" else None
    if (labels := numbered or _doer(part.text)) is not None:
        return Asked(labels[0], "words", labels[1 : MAX_NAMES + 1])
    if part.of_text or part.fields & OTHERS:
        return None
    words = Asked("date", form) if form != "value" else _by_its_own_words(part.text)
    words = words or _which(part)
    names_things = bool(mentioned(part.text, (*CLASSES, *GROUPS)))
    return None if words is not None and words.form != "cost" and names_things else words


def _named_elsewhere(text: str) -> str | None:
    """The one field that a question of another language names: "¿Cuál es el total?": total."""
    text = _ITS.sub("", text.replace("’", "'"))
    names = field_words(text)
    if len(set(names.values())) != 1:
        return None
    name = max(names, key=len)
    rest = re.sub(re.escape(name), " ", text, flags=re.IGNORECASE)
    rest = without_asking_elsewhere(_ELISION.sub(" ", rest))
    return None if re.search(r"[^\W_]{2,}", rest) else name


def _numbered(text: str) -> tuple[str, ...] | None:
    """A place with a number, as a sign may call it: "Which gate is it?": gate, 登机口 …"""
    for words, asks in _numbered_patterns():
        if match := asks.fullmatch(text.strip()):
            own = (match["en"] or match["zh"]).casefold()
            return tuple(dict.fromkeys((own, *words)))
    return None


@cache
def _numbered_patterns() -> tuple[tuple[tuple[str, ...], re.Pattern[str]], ...]:
    """The words for each kind of such a place, and how questions ask for its number."""
    patterns = []
    for words in rows_of("numbered"):
        named = "|".join(sorted(map(re.escape, words), key=len, reverse=True))
        asks = (
            rf"\W*(?:(?:in|at|on|from|to) )?(?:what|which) (?P<en>{named})(?: number)?\b(?! of\b).*"
            rf"|.{{0,8}}?(?:几号|哪个|哪一个|第几个?|多少号)(?P<zh>{named})\b.{{0,6}}"
        )
        patterns.append((words, re.compile(asks, re.IGNORECASE)))
    return tuple(patterns)


def _doer(text: str) -> tuple[str, ...] | None:
    """The labels of who does what a question asks for: "Who drove?": driver. Or its own word."""
    if match := _WHO_IS.fullmatch(text):
        what = match["what"].casefold()
        is_label = field_of(what) is None and _left_over(what)
        return (what,) if is_label else None
    match = _WHO_DID.fullmatch(text)
    for verbs, labels in paired_rows_of("doers") if match else ():
        if match and pattern_for(list(verbs)).search(match["did"]):
            return labels
    return None


def _which(part: Part) -> Asked | None:
    """ "Which bay is it?": bay."""
    match = _WHICH.fullmatch(part.text)
    what = match["what"] if match and part.kind == "open" else ""
    return Asked(what, "words") if what and field_of(what) is None and _left_over(what) else None


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
