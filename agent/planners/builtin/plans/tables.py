"""Plans questions to tables: price lists, items of a bill, opening hours.

The built-in weights ask for an item by its name and take the last number of its row. A question of
`plans.table_questions` is read with the query that names the row and the column,
and answered by reference. Of every other question it says nothing, and the weights plan it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any, Literal

from langchain_core.messages import BaseMessage

from agent.grounding.asking import asks_yes_no
from agent.grounding.references import UnresolvedReferenceError, as_number
from agent.grounding.wording import language_of
from agent.planners.builtin.plans.asked import READ, asked_of
from agent.planners.builtin.plans.kinds import (
    Call,
    Report,
    Turn,
    abstain,
    said,
)
from agent.planners.builtin.plans.table_forms import QUANTITIES, TableQuestion
from agent.planners.builtin.plans.table_questions import table_question
from tools.evidence import Evidence
from tools.reading.asked import PRICE
from tools.reading.asked import asked_of as column_asked
from tools.words.days import closed_pattern

MAX_TOLD, MAX_LISTED = 6, 30
"""Rows that one answer names, with their prices or alone."""


def next_turn(messages: Sequence[BaseMessage], tools: Sequence[dict[str, Any]]) -> Turn | None:
    """What to do next for a question to a table; None: let the weights plan."""
    asked = asked_of(messages, tools, READ)
    question = table_question(asked.text) if asked is not None else None
    if asked is None or question is None:
        return None
    if asked.is_refused:
        return abstain("unsure")
    if not asked.seen:
        queries = [question.query, *([QUANTITIES] if question.form == "count" else [])]
        return Turn(tuple(_call(asked.picture, query) for query in queries))
    return _answer(question, asked.text, asked.seen)


def _call(picture: str, query: str) -> Call:
    return READ, {"picture": picture, "query": query, "region": None}


def _answer(question: TableQuestion, text: str, seen: list[Report]) -> Turn | None:
    if any(report.evidence is None for report in seen):
        return abstain("could_not_look")
    first, *others = [[e for e in r.evidence or () if e.status != "none"] for r in seen]
    if column_asked(question.query).column == PRICE and not any(e.value is not None for e in first):
        return None  # what a sign says of a price ("from 199") is no cell
    of_rows = question.form not in ("cell", "hours")
    if not first or (of_rows and not all(e.is_row for e in first)):
        return abstain("not_found")
    if any(e.status == "unsure" or not _has_number(e) for e in first):
        return abstain("unsure")
    return _Answer(question, text, first, others[0] if others else []).turn()


@dataclass(frozen=True)
class _Answer:
    """The answer to a question from the cells (or rows) that were found, by reference."""

    question: TableQuestion
    text: str
    found: list[Evidence]
    quantities: list[Evidence]

    @cached_property
    def is_zh(self) -> bool:
        return language_of(self.text) == "zh"

    @cached_property
    def is_yes_no(self) -> bool:
        return asks_yes_no(self.text, language_of(self.text))

    def turn(self) -> Turn:
        forms = {"cell": self._cell, "hours": self._hours, "count": self._count, "list": self._rows}
        return forms.get(self.question.form, self._by_price)()

    def _cell(self) -> Turn:
        """One cell, or all that may be meant, each with its row and column."""
        label = self.found[0].label or ""
        if len(self.found) > 1 or column_asked(label).column is None:
            return self._says(_listed(self.found), ", ".join(map(_value, self.found)))
        value, label = _value(self.found[0]), f"{{{self.found[0].id}.label}}"
        return self._says(f"{label}是{value}" if self.is_zh else f"The {label} is {value}", value)

    def _hours(self) -> Turn:
        """The hours as they are printed; whether it is open, as a short answer."""
        short = ", ".join(map(_value, self.found))
        if self.is_yes_no and len(self.found) == 1:
            is_closed = closed_pattern().search(str(self.found[0].value)) is not None
            short = self._yes(is_closed == bool(closed_pattern().search(self.text)))
        return self._says(_listed(self.found), short)

    def _count(self) -> Turn:
        """How many rows there are, and how many pieces, where quantities stand beside them."""
        count = f"{{count {_ids(self.found)}}}"
        numbers = [_number(e) for e in self.quantities]
        told = f"共有{count}个项目" if self.is_zh else f"There are {count} items"
        if len(numbers) < len(self.found) or None in numbers or set(numbers) == {1}:
            return self._says(told, count)
        pieces = f"{{sum {_ids(self.quantities)}}}"
        told += f"，共{pieces}件" if self.is_zh else f", {pieces} pieces in all"
        return self._says(told, count, self.found + self.quantities)

    def _rows(self) -> Turn:
        shown = self.found[:MAX_LISTED]
        names = ", ".join(f"{{{e.id}.label}}" for e in shown)
        return self._says(names, names, shown)

    def _by_price(self) -> Turn:
        """The rows whose prices are as the question wants them; else the one that comes nearest."""
        prices = [(e, number) for e in self.found if (number := _number(e)) is not None]
        form, is_all = self.question.form, len(prices) == len(self.found)
        if form in ("least", "most"):
            return self._extreme(form, prices) if is_all else abstain("unsure")
        fitting = [e for e, number in prices if _fits(self.question, number)][:MAX_TOLD]
        if fitting:
            names = ", ".join(f"{{{e.id}.label}}" for e in fitting)
            short = self._yes(True) if self.is_yes_no else names
            return self._says(_listed(fitting), short, fitting)
        if not is_all:
            return abstain("unsure")
        if form == "equal":
            return abstain("not_found")
        return self._extreme("least" if form == "less" else "most", prices, is_no=self.is_yes_no)

    def _extreme(
        self,
        form: Literal["least", "most"],
        prices: list[tuple[Evidence, Decimal]],
        *,
        is_no: bool = False,
    ) -> Turn:
        """The cheapest or the dearest row, where they are not all the same."""
        if len(prices) > 1 and len({number for _, number in prices}) == 1:
            return abstain("unsure")
        best, _ = (min if form == "least" else max)(prices, key=lambda pair: pair[1])
        name = f"{{{form} {_ids(self.found)}}}"
        end, zh = {"least": ("cheapest", "最便宜"), "most": ("most expensive", "最贵")}[form]
        told = f"The {end} is {name}, at {_value(best)}"
        if self.is_zh:
            told = f"{zh}的是{name}，{_value(best)}"
        return self._says(told, self._yes(False) if is_no else name)

    def _yes(self, is_so: bool) -> str:
        words = ("否", "是") if self.is_zh else ("no", "yes")
        return words[is_so]

    def _says(self, told: str, short: str, cited: Sequence[Evidence] = ()) -> Turn:
        stop = "。" if self.is_zh else "."
        return said(f"{told} [{_ids(cited or self.found)}]{stop}", short)


def _fits(question: TableQuestion, number: Decimal) -> bool:
    limit = question.number
    assert limit is not None
    if number == limit:
        return question.inclusive
    return {"equal": False, "less": number < limit, "more": number > limit}[question.form]


def _has_number(e: Evidence) -> bool:
    """Whether it tells a value, or a line that holds one ("Bikes from 199")."""
    return e.value is not None or any(c.isdigit() for c in e.text or "")


def _listed(found: Sequence[Evidence]) -> str:
    return "; ".join(f"{{{e.id}.label}}: {_value(e)}" for e in found)


def _value(e: Evidence) -> str:
    """The value by reference; of a line without one, as it stands."""
    return f"{{{e.id}.{'text' if e.value is None else 'value'}}}"


def _number(e: Evidence) -> Decimal | None:
    try:
        return as_number(e)
    except UnresolvedReferenceError:
        return None


def _ids(found: Sequence[Evidence]) -> str:
    return " ".join(e.id for e in found)
