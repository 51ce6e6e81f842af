"""Plans questions for one value that a document prints, which the built-in weights often mishear.

It is read for by a query of `plans.document_questions`. Of every other question it
says nothing, and the weights plan it; names and addresses are left to them, too.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Sequence
from typing import Any

from langchain_core.messages import BaseMessage

from agent.planners.builtin.plans.asked import READ, asked_of
from agent.planners.builtin.plans.document_questions import Asked, asked_value
from agent.planners.builtin.plans.kinds import Report, Turn, abstain, said
from tools.evidence import Evidence
from tools.reading.date_order import period_of, readings_of


def next_turn(messages: Sequence[BaseMessage], tools: Sequence[dict[str, Any]]) -> Turn | None:
    """What to do next for a question for a printed value; None: let the weights plan."""
    asked = asked_of(messages, tools, READ)
    value = asked_value(asked.part) if asked is not None else None
    if asked is None or value is None:
        return None
    if asked.is_refused:
        return abstain("unsure")
    if queries := _next_queries(value, asked.seen):
        common = {"picture": asked.picture, "region": None}
        return Turn(tuple((READ, common | {"query": query}) for query in queries))
    return _answer(value, _telling(asked.seen), is_zh=asked.language == "zh")


def _next_queries(asked: Asked, seen: Sequence[Report]) -> tuple[str, ...]:
    """What to read for; the other names of what is not there, the price of what has none beside."""
    if not seen:
        return (asked.query,)
    evidence = seen[0].evidence or []
    if len(seen) > 1 or not evidence:
        return ()
    if all(e.status == "none" or (e.status == "unsure" and e.value is not None) for e in evidence):
        return asked.instead
    is_named = any(e.status == "found" for e in evidence)
    has_value = any(re.search(r"\d", str(e.value)) for e in evidence)
    return ("price",) if asked.form == "cost" and is_named and not has_value else ()


def _telling(seen: Sequence[Report]) -> Sequence[Evidence] | None:
    """The evidence of the first report that found anything, of reports after the first if any."""
    reports = seen[1:] or seen
    found = (r.evidence for r in reports if any(e.status == "found" for e in r.evidence or ()))
    return next(found, reports[-1].evidence)


def _answer(asked: Asked, evidence: Sequence[Evidence] | None, *, is_zh: bool) -> Turn | None:
    if evidence is None:
        return abstain("could_not_look")
    found = [e for e in evidence if e.status == "found"]
    if not found and asked.form in {"words", "cost"}:
        return None  # it may be called by another name, which the weights may know
    if not found:
        return abstain("not_found" if all(e.status == "none" for e in evidence) else "unsure")
    first, ids = found[0], " ".join(e.id for e in found)
    if len({e.value if e.value is not None else e.text for e in found}) > 1 or first.value is None:
        texts = ", ".join(f"{{{e.id}.text}}" for e in found)
        return said(f"{'上面写着' if is_zh else 'It says'}: {texts} [{ids}].", texts)
    label, value = f"{{{first.id}.label}}", f"{{{first.id}.value}}"
    period = _period(asked, first, is_zh=is_zh)
    if is_zh:
        is_it = "上面写着" if asked.form == "measure" else f"{label}是"
        return said(f"{is_it}{period or value} [{first.id}]。", period or value)
    verb = "are" if (first.label or "").endswith("s") and " " not in (first.label or "") else "is"
    is_it = "It says" if asked.form == "measure" else f"The {label} {verb}"
    is_it = "It is from" if period else is_it
    return said(f"{is_it} {period or value} [{first.id}].", period or value)


def _period(asked: Asked, e: Evidence, *, is_zh: bool) -> str | None:
    """The year or the month of a date; the date itself and both months where it may be two."""
    value = str(e.value)
    if asked.form not in {"year", "month"} or (period := period_of(value, e.text or "")) is None:
        return None
    if asked.form == "year":
        return str(period.year)
    months = {(day.year, day.month) for day in readings_of(value, e.text or "") if day.month}
    if len(months) > 1:
        either = ("或" if is_zh else " or ").join(_month(*m, is_zh=is_zh) for m in sorted(months))
        return f"{{{e.id}.value}} ({either})"
    return _month(*months.pop(), is_zh=is_zh) if months else None


def _month(year: int, month: int, *, is_zh: bool) -> str:
    return f"{year}年{month}月" if is_zh else f"{calendar.month_name[month]} {year}"
