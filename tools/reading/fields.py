"""Questions to a page of lines: a field by meaning, or any label or item by its words.

Takes lines, gives matches: the value with its type, the text that it was read from, where, and
how sure. Pixels, findings and the picture are `tools.read_text`'s.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import combinations

from tools.reading.address import Block
from tools.reading.amounts import amounts
from tools.reading.contradictions import undisputed
from tools.reading.date_fields import (
    bound_of,
    date_of,
    labelled_date_of,
    time_of,
    with_order,
)
from tools.reading.dates import dates
from tools.reading.entries import Entry, entries_of
from tools.reading.header import address_of, company_of, sender_lines
from tools.reading.hours import hours_matches
from tools.reading.labels import FieldKind, bare_query, compact, field_of, plain
from tools.reading.lines import Line, union
from tools.reading.matches import SURE, Match, disagreeing, match_of
from tools.reading.measures import measured_in, of_kind, unit_asked
from tools.reading.named import SURE_AMOUNT, fits, found_by_words, named, printed_as
from tools.reading.numerals import decimal_mark
from tools.reading.party_queries import PartyQuery, Scope, party_query, scope_of
from tools.reading.payments import payment_of, tax_rate_of
from tools.reading.phone_fields import bare_phone, fax_of, phone_of
from tools.reading.prose import talking
from tools.reading.rates import amount_at, rate_asked
from tools.reading.table_search import table_matches
from tools.reading.titles import subtitle_of, title_of
from tools.reading.totals import total_of
from tools.reading.typed import Typed
from tools.reading.values import emails, times, urls
from tools.words.payments import is_paid_so

Resolver = Callable[[Sequence[Line], FieldKind], Match | None]


_WORDS = {"title", "subtitle"}
"""Fields that are words as they stand: they may be a sentence."""


def answer_query(lines: Sequence[Line], query: str) -> list[Match]:
    """The best matches first, at most three; empty where nothing on the page fits the query.

    Values come from lines that print them, never from lines that talk (`tools.reading.prose`).
    """
    talks = talking(lines)
    printing = [line for line, talk in zip(lines, talks, strict=True) if talk is None]
    if (asked := party_query(query)) is not None:
        scope = scope_of(printing, asked)
        if scope is not None or asked.role is not None:
            found = _of_party(scope, asked)
            return [found] if found else []
    field = field_of(query)
    quotable = [line for line, talk in zip(lines, talks, strict=True) if talk != "instruction"]
    if (measured := _measured(printing, query)) is not None:
        return [match for match in measured if match is not None]
    if field is None:
        for matches_of in (hours_matches, table_matches):
            if (in_rows := matches_of(printing, query)) is not None:
                return in_rows
        return _with_values_first(found_by_words(quotable, bare_query(query), printing))
    rows = _rows_of(printing)
    for given in [rows] if len(rows) == len(printing) else [rows, printing]:
        match = _of_field(quotable if field.name in _WORDS else given, query, field)
        if match is not None:
            match = undisputed(match, field, given)
            return [with_order(match, printing) if match.value_type == "date" else match]
    sure = SURE_AMOUNT if field.value_type == "amount" else SURE
    matches = found_by_words(printing, bare_query(query), printing)
    return _with_values_first([m for m in matches if m.score >= sure and fits(m, field)])


def _rows_of(lines: Sequence[Line]) -> list[Line]:
    """The lines without those that stand upright beside rows: a margin is no row of a document."""
    rows = [line for line in lines if not all(word.stands for word in line.words)]
    return rows if 2 * len(rows) > len(lines) else list(lines)


def _with_values_first(matches: list[Match]) -> list[Match]:
    """Those that have a value, if any has one; the surest first."""
    with_value = [m for m in matches if m.value is not None]
    return sorted(with_value or matches, key=lambda m: -m.score)


def _of_party(scope: Scope | None, asked: PartyQuery) -> Match | None:
    """A field of one party, with its name in the text that it was read from."""
    name = scope.name if scope else None
    if scope is None or asked.field is None:
        return match_of(name.value, "company", name.lines, name.score) if name else None
    match = _RESOLVERS[asked.field.name](scope.lines, asked.field)
    if match is None and asked.field.name == "phone":
        match = bare_phone(scope.lines)
    if match is None or name is None or all(line.text in match.text for line in name.lines):
        return match
    boxes = [*(line.box_xyxy for line in name.lines), match.box_xyxy]
    text = "\n".join([*(line.text for line in name.lines), match.text])
    return replace(match, text=text, box_xyxy=union(boxes))


def _measured(lines: Sequence[Line], query: str) -> list[Match | None] | None:
    """What a query asks for by a rate ("18% tip") or a unit ("how many ml"); None for others."""
    if (asked := rate_asked(query)) is not None:
        return [amount_at(lines, *asked)]
    unit = unit_asked(query)
    return [measured_in(lines, unit)] if unit is not None else None


def _of_field(lines: Sequence[Line], query: str, field: FieldKind) -> Match | None:
    """A field's value: behind the very words of the query where a label says them, else by meaning.

    What only the whole page tells (a total by its bare name, a company) has no such label.
    """
    words = bare_query(query)
    if words != field.name and field.value_type not in {"company", "address"}:
        printed = printed_as(lines, words, field)
        if printed is not None:
            return printed
    return _RESOLVERS[field.name](lines, field)


def _total(lines: Sequence[Line], _: FieldKind) -> Match | None:
    total = total_of(lines)
    if total is None:
        return None
    if total.value is None:
        return disagreeing(total.lines)
    match = match_of(total.value, total.value_type, total.lines, total.score, total.currency)
    return replace(match, label=total.label)


def _balance(lines: Sequence[Line], field: FieldKind) -> Match | None:
    """What is left to pay; of a page on which nothing is paid, the total."""
    balance = named(lines, field)
    if balance is not None or any(entry.role == "payment" for entry in entries_of(lines)):
        return balance
    total = _total(lines, field)
    return replace(total, label=total.label or "total") if total is not None else None


def _payment(lines: Sequence[Line], field: FieldKind) -> Match | None:
    """How it was paid: behind a label, else by the line of the payment."""
    labelled = named(lines, field)
    if labelled is not None and not amounts(labelled.value or ""):
        return labelled
    return payment_of(lines, field)


def _block(finder: Callable[[Sequence[Line]], Block | None]) -> Callable[..., Match | None]:
    def resolve(lines: Sequence[Line], field: FieldKind) -> Match | None:
        block = finder(lines)
        if block is not None and block.is_disputed:
            return disagreeing(block.lines)
        return match_of(block.value, field.value_type, block.lines, block.score) if block else None

    return resolve


def _of_sender(resolve: Callable[[Sequence[Line], FieldKind], Match | None]) -> Resolver:
    """What the sender says of itself; where it says nothing, what the page says at all."""

    def resolve_own(lines: Sequence[Line], field: FieldKind) -> Match | None:
        return resolve(sender_lines(lines), field) or resolve(lines, field)

    return resolve_own


def _customer(lines: Sequence[Line], field: FieldKind) -> Match | None:
    """Who is labelled as the recipient, else the value behind a name of the field."""
    asked = PartyQuery(None, field.name, "recipient")
    return _of_party(scope_of(lines, asked), asked) or named(lines, field)


def _entry_with(*roles: str) -> Callable[..., Match | None]:
    """The labelled amount of the first of these roles that the page has."""

    def resolve(lines: Sequence[Line], field: FieldKind) -> Match | None:
        entries = entries_of(lines)
        for role in roles:
            of_role = [entry for entry in entries if entry.role == role]
            if of_role:
                return _one_of(of_role, entries)
        return named(lines, field)

    return resolve


def _without_cards(lines: Sequence[Line]) -> list[Line]:
    """The lines but those of a payment that was made otherwise than in cash."""
    return [line for line in lines if is_paid_so("cash", line.text) is not False]


def _one_of(of_role: list[Entry], entries: list[Entry]) -> Match:
    """The amount that all entries of a role give, or the only one that the others confirm."""
    given = {abs(entry.amount) for entry in of_role}
    if len(given) > 1:
        others = [abs(e.amount) for e in entries if e.role != of_role[0].role and e.amount]
        pairs = list(combinations(dict.fromkeys(others), 2))
        confirmed = {a for a in given if any(a in (abs(x - y), x + y) for x, y in pairs)}
        given = confirmed if len(confirmed) == 1 else given
    chosen = [entry for entry in of_role if abs(entry.amount) in given]
    entry = chosen[0]
    score = (0.9 if len(chosen) == len(of_role) else 0.65) * min(line.score for line in entry.lines)
    if len({abs(e.amount) for e in chosen}) == 1:
        value = entry.value if entry.role == "rounding" else entry.value.lstrip("-")
        return match_of(value, "amount", entry.lines, score, entry.typed.currency)
    if all(e.typed is entry.typed for e in chosen):
        return match_of(entry.typed.value, "text", entry.lines, score, entry.typed.currency)
    return disagreeing([line for e in chosen for line in e.lines])


def _first_typed(finder: Callable[[str], list[Typed]]) -> Callable[..., Match | None]:
    """The first value of a type that is told by its form alone."""

    def resolve(lines: Sequence[Line], field: FieldKind) -> Match | None:
        for line in lines:
            found = [
                t for t in finder(line.text) if "@" not in line.text or t.value_type == "email"
            ]
            if found:
                return match_of(found[0].value, field.value_type, [line], 0.9 * line.score)
        return None

    return resolve


_DOCUMENT_NUMBER = re.compile(
    r"(?:\b(?:invoice|lnvoice|involce|inv|receipt|recelpt|bill|bi11|doc(?:ument)?|order|slip|trn|check|"
    r"chk|c/n|transaction|trans|resit|invois|rechnungs?|belegs?|facture|factura|fattura|fatura|factuur)"
    r"\b[\s.-]*(?:no|number|num|nbr|id|nr|nummer|num[eé]ro|n)?\b[\s.:#=|°º]*|"
    r"(?:发票号码?|单号|账单号|订单号|小票号|流水号|收据号)[\s:：]*)"
    r"(?P<value>#?(?=[\w/-]*\d)[A-Z0-9][\w/-]{2,}(?:\s?-\s?[\w/]+)?)",
    re.IGNORECASE,
)  # fmt: skip


def _document_number(lines: Sequence[Line], _: FieldKind) -> Match | None:
    """The number behind "invoice no", "receipt #", "doc no" and the like; the first kind first."""
    found: list[tuple[int, str, str, Line]] = []
    for line in lines:
        for match in _DOCUMENT_NUMBER.finditer(line.text):
            value = match["value"].lstrip("#")
            if not dates(value) and not times(value):
                label = compact(match.group().removesuffix(match["value"]))
                rank = 0 if re.match(r"inv|[il]nvo|rece|resi|bi|doc|发票|收据", label) else 1
                found.append((rank, label, value, line))
    if not found:
        return None
    label, value, line = min(found, key=lambda given: given[0])[1:]
    others = [other for _, name, number, other in found if name == label and number != value]
    if others:
        return disagreeing([line, *others])
    return match_of(value, "text", [line], 0.85 * line.score)


def _price(lines: Sequence[Line], _: FieldKind) -> Match | None:
    """A lone amount is the price; of several, the one in the largest letters is only a guess."""
    point = decimal_mark(line.spaced_text for line in lines)
    found = [(line, typed) for line in lines for typed in amounts(line.spaced_text, point)]
    if not found:
        return None
    labelled = [
        (ln, t) for ln, t in found if re.search(r"price|harga|价|售", plain(ln.text[: t.start]))
    ]
    line, typed = labelled[0] if labelled else max(found, key=lambda pair: pair[0].height)
    lone = len({t.value for _, t in (labelled or found)}) == 1
    score = (0.85 if lone else 0.4) * line.score
    return match_of(typed.value, typed.reported_type, [line], score, typed.currency)


_RESOLVERS: dict[str, Callable[[Sequence[Line], FieldKind], Match | None]] = {
    "total": _total,
    "subtotal": _entry_with("subtotal", "excluded"),
    "tax": _entry_with("tax"),
    "rounding": _entry_with("rounding"),
    "discount": _entry_with("discount"),
    "service charge": _entry_with("service"),
    "cash": lambda lines, field: _entry_with("payment")(_without_cards(lines), field),
    "change": _entry_with("change"),
    "price": _price,
    "date": date_of,
    "due date": labelled_date_of,
    "expiry date": labelled_date_of,
    "production date": labelled_date_of,
    "time": time_of,
    "start time": bound_of,
    "end time": bound_of,
    "company": _block(company_of),
    "address": _block(address_of),
    "phone": _of_sender(phone_of),
    "fax": _of_sender(fax_of),
    "email": _of_sender(_first_typed(emails)),
    "url": _of_sender(_first_typed(urls)),
    "invoice number": _document_number,
    "tip": named,
    "table number": named,
    "account number": named,
    "cashier": named,
    "customer": _customer,
    "quantity": named,
    "weight": of_kind("weight"),
    "volume": of_kind("volume"),
    "ingredients": named,
    "payment method": _payment,
    "tax rate": tax_rate_of,
    "balance": _balance,
    "deposit": named,
    "refund": named,
    "delivery date": labelled_date_of,
    "network name": named,
    "password": named,
    "lot number": named,
    "name": named,
    "title": title_of,
    "subtitle": subtitle_of,
}  # fmt: skip
