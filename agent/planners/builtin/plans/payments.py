"""Plans questions how a bill was paid, at which rate it was taxed, and what it is without a part.

The built-in weights read the total where these are asked for. Of every other question it says
nothing, and the weights plan it.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from langchain_core.messages import BaseMessage

from agent.answer import Language
from agent.grounding.question_parts import Part
from agent.grounding.yes_no import field_named, paid_as_asked
from agent.planners.builtin.plans.asked import READ, asked_of
from agent.planners.builtin.plans.kinds import Report, Turn, abstain, said
from tools.evidence import Evidence

_LEFT_OUT = {"tip", "tax", "service charge"}


def next_turn(messages: Sequence[BaseMessage], tools: Sequence[dict[str, Any]]) -> Turn | None:
    """What to do next for such a question; None: let the weights plan."""
    asked = asked_of(messages, tools, READ)
    queries = _queries(asked.part) if asked is not None else ()
    if asked is None or not queries:
        return None
    if asked.is_refused:
        return abstain("unsure")
    if not asked.seen:
        common = {"picture": asked.picture, "region": None}
        return Turn(tuple((READ, common | {"query": query}) for query in queries))
    return _answer(asked.part, asked.seen, asked.language)


def _answer(part: Part, seen: Sequence[Report], language: Language) -> Turn:
    if any(report.evidence is None for report in seen):
        return abstain("could_not_look")
    evidence = [e for report in seen for e in report.evidence or ()]
    if any(e.status == "unsure" for e in evidence):
        return abstain("unsure")
    found = {field_named(e): e for e in evidence if e.status == "found"}
    if part.of_payment:
        return _paid(part, found.get("payment method"), language)
    if part.kind == "rate":
        return _rate(found.get("tax rate"), language)
    return _without(part, found, language)


def _queries(part: Part) -> tuple[str, ...]:
    if part.of_payment:
        return ("payment method",)
    if part.kind == "rate" and part.fields <= {"tax", "tax rate"} and part.fields:
        return ("tax rate",)
    is_total = part.kind in ("amount", "open") and part.fields <= {"total", "price"}
    if len(part.without) == 1 and part.without <= _LEFT_OUT and is_total:
        return tuple(dict.fromkeys(("total", *part.without, "subtotal", "tax")))
    return ()


def _paid(part: Part, found: Evidence | None, language: Language) -> Turn:
    if found is None:
        return abstain("not_found")
    so = paid_as_asked(part, [found])
    if so is None:
        return abstain("unsure")
    given = f"{{{found.id}.value}}"
    if language == "zh":
        word = "是" if so else "不是"
        return said(f"{word}，支付方式是{given} [{found.id}]。", word)
    word = "yes" if so else "no"
    return said(f"{word.capitalize()}, the payment method is {given} [{found.id}].", word)


def _rate(found: Evidence | None, language: Language) -> Turn:
    if found is None:
        return abstain("not_found")
    return _says(f"{{{found.id}.label}}", f"{{{found.id}.value}}", [found], language)


def _without(part: Part, found: dict[str | None, Evidence], language: Language) -> Turn:
    """The printed sum before it, or the total less what is left out where the total holds it."""
    (what,) = part.without
    total, left_out = found.get("total"), found.get(what)
    subtotal, tax = found.get("subtotal"), found.get("tax")
    if total is None or left_out is None:
        return abstain("not_found")
    if what == "tax" and subtotal is not None:
        return _says(f"{{{subtotal.id}.label}}", f"{{{subtotal.id}.value}}", [subtotal], language)
    if what != "tax" and subtotal and tax and _sum(subtotal, tax) == _sum(total):
        joint = " and " if language == "en" else "和"
        name = f"{{{subtotal.id}.label}}{joint}{{{tax.id}.label}}"
        verb = "come to" if language == "en" else "共"
        given = f"{{sum {subtotal.id} {tax.id}}}"
        return _says(name, given, [subtotal, tax], language, verb=verb)
    if what != "tax" and not _holds(total, left_out, subtotal, tax):
        return abstain("unsure")
    label = f"{{{left_out.id}.label}}"
    name = f"total without {label}" if language == "en" else f"不含{label}的总额"
    return _says(name, f"{{difference {total.id} {left_out.id}}}", [total, left_out], language)


def _says(
    name: str, given: str, cited: Sequence[Evidence], language: Language, *, verb: str = ""
) -> Turn:
    ids = " ".join(e.id for e in cited)
    if language == "zh":
        return said(f"{name}{verb or '是'}{given} [{ids}]。", given)
    return said(f"The {name} {verb or 'is'} {given} [{ids}].", given)


def _holds(
    total: Evidence, left_out: Evidence, subtotal: Evidence | None, tax: Evidence | None
) -> bool:
    """Whether a total holds a tip or fee: the sums come to it, or the tip stands above it."""
    if subtotal is not None:
        with_it = {_sum(subtotal, left_out), _sum(subtotal, left_out, *filter(None, [tax]))}
        return _sum(total) in with_it
    boxes = total.box_xyxy, left_out.box_xyxy
    return boxes[0] is not None and boxes[1] is not None and boxes[1][1] < boxes[0][1]


def _sum(*evidence: Evidence) -> Decimal | None:
    """The amounts together; None where one of them is no number."""
    try:
        return sum((Decimal(str(e.value)) for e in evidence), Decimal(0))
    except InvalidOperation:
        return None
