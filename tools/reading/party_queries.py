"""Queries for what one party says of itself: "phone of Rose & Sons", "billing address", 客户电话.

Which of a party's lines is its phone or address is `tools.reading.fields`'s.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from tools.reading.address import Block
from tools.reading.header import company_of, name_of, sender_lines
from tools.reading.labels import FieldKind, bare_query, field_of, is_name_of_field, plain
from tools.reading.lines import Line
from tools.reading.parties import Party, Role, cells_of, column_below, parties_of, role_named
from tools.reading.search import FOUND, similarity
from tools.words.lists import words_of_kind

PARTY_FIELDS = ("phone", "fax", "email", "url", "address")
"""What every party has for itself; everything else is the document's."""
_OF = re.compile(r"(?P<field>.+?) (?:of|for|from|at) (?P<who>.+)", re.IGNORECASE)
_POSSESSIVE = re.compile(r"(?P<who>.+?)(?:['’]s?\s+|的)(?P<field>.+)")
_BEFORE = re.compile(r"(?P<who>.+?)[ -]+(?P<field>\S+|\S+ \S+)")
_BEFORE_ZH = re.compile(
    r"(?P<who>[\u4e00-\u9fff]{2,})(?P<field>电话(?:号码)?|手机号?|传真|地址|邮箱|名称|网址)"
)
_ADDRESS = re.compile(r".*(?:address|地址|adresse|anschrift)")
_ARTICLE = re.compile(r"^(?:the|our|请问)\s*", re.IGNORECASE)
_THIS = re.compile(
    r"(?:this|these|it|here|them|place|office)\b|[这该本此图]|(?:照片|画面|小票|收据|发票|账单|单据|店家)",
    re.IGNORECASE,
)
MIN_ROLE = 4
"""A role of fewer letters ("to") is no query."""
_AS_NAME = re.compile(r"names?|名称?|名字|全称", re.IGNORECASE)


@dataclass(frozen=True)
class PartyQuery:
    """A field of one party, which is called by a role or by its name.

    `field` is None where its name is asked for.
    """

    field: FieldKind | None
    who: str
    role: Role | None


@dataclass(frozen=True)
class Scope:
    """The lines that one party says of itself, and its name."""

    name: Block | None
    lines: tuple[Line, ...]


def party_query(query: str) -> PartyQuery | None:
    """The query as one for a party's field; None for any other, also for the document's own."""
    asked = re.sub(r"\s+", " ", query).strip(" ?？.。")
    if _is_own(asked):
        return None
    role = role_named(asked)
    if role is not None and (len(asked) >= MIN_ROLE or not asked.isascii()):
        return PartyQuery(field_of(_ADDRESS.sub("address", plain(asked))), asked, role)
    for pattern in (_OF, _POSSESSIVE, _BEFORE, _BEFORE_ZH):
        match = pattern.fullmatch(asked)
        if match is None:
            continue
        who, field = _ARTICLE.sub("", match["who"]), field_of(match["field"])
        is_name, role = bool(_AS_NAME.fullmatch(match["field"])), role_named(who)
        if (is_name and role) or (field is not None and field.name in PARTY_FIELDS):
            return None if _is_document(who) else PartyQuery(None if is_name else field, who, role)
    return None


def scope_of(lines: Sequence[Line], asked: PartyQuery) -> Scope | None:
    """What the party that is asked about says of itself; None where it is not on the page."""
    parties = parties_of(lines)
    if asked.role is not None:
        wanted: tuple[Role, ...] = (
            ("recipient", "delivery") if asked.role == "recipient" else (asked.role,)
        )
        found = [p for role in wanted for p in parties if p.role == role]
        if found:
            return _of_party(found[0])
        return _of_sender(lines) if asked.role == "sender" else None
    named = [party for party in parties if party.name and _is_called(party.name, asked.who)]
    if named:
        return _of_party(max(named, key=lambda party: len(party.lines)))
    company = company_of(lines)
    if company is not None and _is_called(company.value, asked.who):
        return _of_sender(lines)
    return _of_block(lines, asked.who)


def _is_own(query: str) -> bool:
    """Whether a query asks for a field of the document: "shop address", "phone of the store"."""
    return is_name_of_field(re.sub(r"\W", "", bare_query(query)))


def _is_document(who: str) -> bool:
    """Whether "of the shop" only means whose document it is."""
    field = field_of(who)
    is_sender = field is not None and field.name == "company" and role_named(who) is None
    return is_sender or bool(_THIS.match(who)) or plain(who) in words_of_kind("heads", "firm")


def _of_party(party: Party) -> Scope:
    """Its lines without the one that labels it: read again, that would be another's."""
    return Scope(name_of(party), tuple(line for line in party.lines if line != party.label))


def _of_sender(lines: Sequence[Line]) -> Scope:
    return Scope(company_of(lines), tuple(sender_lines(lines)))


def _of_block(lines: Sequence[Line], who: str) -> Scope | None:
    """The row that says a name with what stands beside it, or the cells below it."""
    cells = [(cell, line) for line in lines for cell in cells_of(line)]
    scores = [similarity(plain(who), plain(cell.text)) for cell, _ in cells]
    if max(scores, default=0.0) < FOUND:
        return None
    cell, line = cells[scores.index(max(scores))]
    others = [other for other in cells_of(line) if other != cell]
    is_row = others and not any(re.search(r"[^\W\d_]{3}", other.text) for other in others)
    head = line if is_row else cell
    found = (head,) if is_row else (head, *column_below(lines, cell))
    return Scope(Block(cell.text, (head,), head.score), found)


def _is_called(name: str, who: str) -> bool:
    """Whether a party is meant by a name, give or take its legal form and a misread letter."""
    one, other = plain(name), plain(who)
    return max(similarity(one, other), similarity(other, one)) >= FOUND
