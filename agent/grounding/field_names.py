"""The names of a document's fields in a text: "total", "due date", 税额."""

from __future__ import annotations

import re
from functools import cache

from tools.reading.labels import fields as field_kinds
from tools.words.predicates import pattern_for


def fields_in(text: str) -> frozenset[str]:
    """The fields of a document that a text names: `total`, `tax`; the longer name wins."""
    return frozenset(map(field_of_match, field_pattern().finditer(text)))


def names_a_field(text: str) -> bool:
    """Whether a text is the name of a field, and nothing else."""
    return field_pattern().fullmatch(text) is not None


def field_words(text: str) -> dict[str, str]:
    """The words of a text that name a field, as they stand there → the field."""
    return {match[0]: field_of_match(match) for match in field_pattern().finditer(text)}


def field_of_match(match: re.Match[str]) -> str:
    """The field that a match of `field_pattern` names."""
    return _field_names()[" ".join(match[0].casefold().split())]


def may_name_a_field(text: str) -> bool:
    """Whether a text may name a field where others stand beside it: "cash" in "tax, cash"."""
    return " ".join(text.casefold().split()) in _all_names()


@cache
def _field_names() -> dict[str, str]:
    return {name: field for name, field in _all_names().items() if name not in _AMBIGUOUS}


@cache
def _all_names() -> dict[str, str]:
    names: dict[str, str] = {"tip": "tip", "gratuity": "tip", "tips": "tip", "小费": "tip"}
    for field in field_kinds():
        for name in field.names:
            names.setdefault(name.casefold(), field.name)
    return names


_AMBIGUOUS = (
    "how much", "cost", "sum", "due", "issued", "day", "call", "contact", "mobile", "mail", "link",
    "site", "web", "location", "street", "business", "brand", "store", "shop", "restaurant",
    "invoice", "expires", "exp", "cash", "name", "nome", "network", "delivery", "packed",
    "contents", "payment", "guest", "patient", "employee", "server", "staff", "client",
    "start", "starts", "begin", "begins", "ends", "finish", "finishes", "until", "fine", "fin",
    "ende", "anfang", "开始", "结束", "account", "volume", "lot", "batch", "unpaid", "promotion",
    "composition", "时间", "共", "一共", "总共", "总数",
)  # fmt: skip
"""Names of fields that a question uses for other things as well."""


@cache
def field_pattern() -> re.Pattern[str]:
    """One pattern for the names of all fields, the longest first."""
    return pattern_for(list(_field_names()))
