"""Plans questions for one value that a document prints, which the built-in weights often mishear.

"What is the balance due?" is read for by these very words, "Who served?" by the field it means,
"How many ml are in it?" by the unit. Of every other question it says nothing, and the weights plan
it; names and addresses are left to them, too.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from langchain_core.messages import BaseMessage

from agent.grounding.question_parts import Part, field_words, parts_of
from agent.grounding.wording import language_of
from agent.planners.builtin.kinds import Turn, abstain, reports, said
from agent.planners.conversation import pictures_of, present_question
from tools.evidence import Evidence
from tools.reading.dates import period_of
from tools.reading.labels import field_of
from tools.reading.rates import rate_asked
from tools.words.field_questions import field_meant
from tools.words.labels import CLASSES, GROUPS
from tools.words.predicates import pattern_of
from tools.words.questions import HAN, mentioned
from tools.words.units import unit_names

READ = "read_text"
OTHERS = {"company", "address", "phone", "fax", "email", "url", "price", "name"}
"""Fields that are told by more than their labels: the weights were taught to ask for them."""
Form = Literal["value", "measure", "year", "month"]
MAX_WORDS = 5
_RATE = re.compile(r"\d+(?:[.,]\d+)?\s?(?:[%％]|per ?cent)")
_HOW_MANY = re.compile(
    r"\bhow many (?P<unit>[a-z]+(?: ounces?| oz)?)\b(?: of (?P<of>(?!it\b|this\b)[a-z ]{3,30}?)"
    r"(?= (?:is|are|does|do)\b|\W*$))?|多少(?P<han>[\u4e00-\u9fff]{1,2})",
    re.IGNORECASE,
)
_YEAR = re.compile(r"\b(?:what|which) year\b|哪一?年", re.IGNORECASE)
_MONTH = re.compile(r"\b(?:what|which) month\b|几月(?!几?[日号])|哪个月", re.IGNORECASE)
_WHEN = re.compile(
    r"\W*(?:when|(?:on )?(?:what|which) (?:date|day))(?: is| was| will| are| were| does| did)"
    r"(?: it| this| they)?(?: the| our| your| their)? (?P<what>[^?]+?)"
    r"(?: be| take place| held| happen| start| begin)*\W*",
    re.IGNORECASE,
)
_COST = re.compile(
    r"\W*(?:how much (?:is|was|are|were|does|do|did)|what (?:does|do|did))"
    r"(?: the| an?| one| this| these)? (?P<what>[^?]+?)(?: cost)?\W*",
    re.IGNORECASE,
)
_ASKING = re.compile(
    r"\b(?:what(?:'s)?|which|who|when|how|much|many|tell|give|show|please|until|would|could)\b"
    r"|请问|请|多少|什么|哪个|哪|谁|几|呢",
    re.IGNORECASE,
)
_PRONOUN = re.compile(r"(?:it|this|that|these|they|he|she|there|here|everything|all)\b", re.I)


@dataclass(frozen=True)
class Asked:
    """What to read for, and what of the value is asked for."""

    query: str
    form: Form = "value"


def next_turn(messages: Sequence[BaseMessage], tools: Sequence[dict[str, Any]]) -> Turn | None:
    """What to do next for a question for a printed value; None: let the weights plan."""
    present = present_question(messages)
    if present is None:
        return None
    at, question = present
    pictures = pictures_of(messages[at])
    (part, *more) = parts_of(question, language_of(question))
    asked = asked_value(part) if not more else None
    seen = [r for r in reports(messages[at + 1 :]) if r.name == READ]
    offered = any(tool["function"]["name"] == READ for tool in tools)
    if asked is None or len(pictures) != 1 or not (offered or seen):
        return None
    if any(m.type == "human" for m in messages[at + 1 :]):  # the check refused the answer
        return abstain("unsure")
    if not seen:
        arguments = {"picture": pictures[0], "query": asked.query, "region": None}
        return Turn(((READ, arguments),))
    if seen[0].evidence is None:
        return abstain("could_not_look")
    return _answer(asked, seen[0].evidence, is_zh=language_of(question) == "zh")


def asked_value(part: Part) -> Asked | None:
    """What a question reads for; None for every question that this module leaves to the weights."""
    if part.without or part.of_several or part.kind in {"yes/no", "colour", "place"}:
        return None
    text = part.text
    if (measure := _measure(text)) is not None:
        return Asked(measure, "measure")
    if (rate := _rate(text)) is not None:
        return Asked(rate)
    form: Form = "year" if _YEAR.search(text) else "month" if _MONTH.search(text) else "value"
    query = _field(part)
    if query is None and not (part.of_text or mentioned(text, (*CLASSES, *GROUPS))):
        query = "date" if form != "value" else _by_its_own_words(text)
    return Asked(query, form) if query is not None else None


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
    names = field_words(part.text)
    if len(set(names.values())) == 1 and not _left_over(part.text, names):
        return None if set(names.values()) & OTHERS else max(names, key=len)
    field = field_of(part.text)
    return field.name if field is not None and field.name not in OTHERS else None


def _left_over(text: str, names: Sequence[str] | dict[str, str]) -> bool:
    """Whether a question says more than the name of a field ("… for Room 5")."""
    for name in sorted(names, key=len, reverse=True):
        text = re.sub(re.escape(name), " ", text, flags=re.IGNORECASE)
    text = _ASKING.sub(" ", pattern_of("en").sub(" ", text))
    text = pattern_of("zh").sub(" ", text) if HAN.search(text) else text
    return re.search(r"[^\W_]{2,}|[\u4e00-\u9fff]", text) is not None


def _by_its_own_words(text: str) -> str | None:
    """ "When is the next meeting?": next meeting. "How much was the Inspektion?": Inspektion."""
    match = _WHEN.fullmatch(text) or _COST.fullmatch(text)
    what = match["what"].strip() if match else ""
    if not what or len(what.split()) > MAX_WORDS or _PRONOUN.match(what):
        return None
    return "date" if what.endswith(" from") else what


def _answer(asked: Asked, evidence: Sequence[Evidence], *, is_zh: bool) -> Turn:
    found = [e for e in evidence if e.status == "found"]
    if not found:
        return abstain("not_found" if all(e.status == "none" for e in evidence) else "unsure")
    values = {e.value if e.value is not None else e.text for e in found}
    first = found[0]
    ids = " ".join(e.id for e in found)
    if len(values) > 1 or first.value is None:
        texts = ", ".join(f"{{{e.id}.text}}" for e in found)
        return said(f"{'上面写着:' if is_zh else 'It says:'} {texts} [{ids}].", texts)
    if (period := _period(asked, first, is_zh=is_zh)) is not None:
        told = f"{{{first.id}.label}}是{period}" if is_zh else f"It is from {period}"
        return said(f"{told} [{first.id}].", period)
    value = f"{{{first.id}.value}}"
    if asked.form == "measure":
        return said(f"{'上面写着' if is_zh else 'It says'} {value} [{first.id}].", value)
    if is_zh:
        return said(f"{{{first.id}.label}}是{value} [{first.id}]。", value)
    verb = "are" if (first.label or "").endswith("s") else "is"
    return said(f"The {{{first.id}.label}} {verb} {value} [{first.id}].", value)


def _period(asked: Asked, e: Evidence, *, is_zh: bool) -> str | None:
    """The year or the month of a date, where it can be only one; else the date is told."""
    if asked.form not in {"year", "month"} or (period := period_of(str(e.value))) is None:
        return None
    if asked.form == "year":
        return str(period.year)
    if not period.month:
        return None
    name = calendar.month_name[period.month]
    return f"{period.year}年{period.month}月" if is_zh else f"{name} {period.year}"
