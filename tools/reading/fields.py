"""Questions to a page of lines: a field by meaning, or any label or item by its words.

Takes lines, gives matches: the value with its type, the text that it was read from, where, and
how sure. Pixels, findings and the picture are `tools.read_text`'s.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import combinations

from tools.reading.amounts import amounts, settled
from tools.reading.date_fields import date_of, labelled_date_of, time_of
from tools.reading.dates import dates
from tools.reading.entries import Entry, entries_of
from tools.reading.header import Block, address_of, company_of
from tools.reading.hours import hours_matches
from tools.reading.labels import FieldKind, bare_query, field_of, plain
from tools.reading.lines import Line, union
from tools.reading.matches import SURE, Match, disagreeing, match_of
from tools.reading.numerals import decimal_mark, numerals
from tools.reading.prose import talking
from tools.reading.search import Hit, search_lines
from tools.reading.table_search import table_matches
from tools.reading.totals import total_of
from tools.reading.typed import Typed
from tools.reading.values import emails, phones, times, urls

MAX_MATCHES = 3
SURE_LABEL = 0.9
"""How surely a line has to say the name of a field that is told by its label alone."""
MAX_WORDS_BEHIND = 3
"""More words behind a telephone number are a sentence about it."""


def answer_query(lines: Sequence[Line], query: str) -> list[Match]:
    """The best matches first, at most three; empty where nothing on the page fits the query.

    Values come from lines that print them, never from lines that talk (`tools.reading.prose`).
    """
    talks = talking(lines)
    printing = [line for line, talk in zip(lines, talks, strict=True) if talk is None]
    field = field_of(query)
    if field is not None:
        match = _RESOLVERS[field.name](printing, field)
        if match is not None:
            return [match]
    else:
        for matches_of in (hours_matches, table_matches):
            if (found := matches_of(printing, query)) is not None:
                return found
    quotable = [line for line, talk in zip(lines, talks, strict=True) if talk != "instruction"]
    matches = _search(printing if field is not None else quotable, bare_query(query), printing)
    if field is not None:
        matches = [m for m in matches if m.score >= SURE and _fits(m, field)]
    with_value = [m for m in matches if m.value is not None]
    return sorted(with_value or matches, key=lambda m: -m.score)


def _search(lines: Sequence[Line], query: str, printing: Sequence[Line]) -> list[Match]:
    """The best lines that say what is asked; their values where the lines print values."""
    hits = search_lines(lines, query)
    best = hits[0].score if hits else 0.0
    point = decimal_mark(line.spaced_text for line in printing)
    prints = {id(line) for line in printing}
    return [
        _of_hit(hit, point, quoted_only=not all(id(line) in prints for line in hit.lines))
        for hit in hits[:MAX_MATCHES]
        if hit.score >= best - 0.08
    ]


def _fits(match: Match, field: FieldKind) -> bool:
    """A label found by its words answers a field only with a value of the field's type."""
    if field.value_type == "amount" and match.value_type == "text":
        return bool(numerals(match.value or ""))
    return field.value_type in ("text", match.value_type)


def _of_hit(hit: Hit, point: str | None, *, quoted_only: bool) -> Match:
    lines = hit.lines
    typed = settled(hit.value, point) if hit.value and not quoted_only else None
    return Match(
        typed.value if typed else None,
        typed.reported_type if typed else None,
        "\n".join(line.text for line in lines),
        union([line.box_xyxy for line in lines]),
        hit.score * min(1.0, min(line.score for line in lines) + 0.05),
        typed.currency if typed else None,
    )


def _total(lines: Sequence[Line], _: FieldKind) -> Match | None:
    total = total_of(lines)
    if total is None:
        return None
    if total.value is None:
        return disagreeing(total.lines)
    return match_of(total.value, total.value_type, total.lines, total.score, total.currency)


def _block(finder: Callable[[Sequence[Line]], Block | None]) -> Callable[..., Match | None]:
    def resolve(lines: Sequence[Line], field: FieldKind) -> Match | None:
        block = finder(lines)
        return match_of(block.value, field.value_type, block.lines, block.score) if block else None

    return resolve


def _entry_with(*roles: str) -> Callable[..., Match | None]:
    """The labelled amount of the first of these roles that the page has."""

    def resolve(lines: Sequence[Line], _: FieldKind) -> Match | None:
        entries = entries_of(lines)
        for role in roles:
            of_role = [entry for entry in entries if entry.role == role]
            if of_role:
                return _one_of(of_role, entries)
        return None

    return resolve


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


def _named(lines: Sequence[Line], field: FieldKind) -> Match | None:
    """The value behind one of the field's names, where it is of the field's type."""
    best: Match | None = None
    for name in field.names:
        for found in _search(lines, plain(name), lines):
            is_better = best is None or found.score > best.score
            if found.value and found.score >= SURE_LABEL and is_better and _fits(found, field):
                best = found
    if best is None or field.value_type != "text":
        return best
    return _with_rest(best, lines)


def _with_rest(match: Match, lines: Sequence[Line]) -> Match:
    """A list that goes on in the next line: its last entry in a line has a comma behind it."""
    start = next((i for i, line in enumerate(lines) if line.text == match.text), None)
    if start is None:
        return match
    used, value = [lines[start]], match.value or ""
    for line in lines[start + 1 :]:
        if not used[-1].text.rstrip().endswith((",", "、", "，")):
            break
        used.append(line)
        value = f"{value} {line.text}"
    return match_of(value, "text", used, match.score)


_TELEPHONE = r"tel|te1|phone|电话|電話"
"""Labels of the telephone of who made the document; the others may be a service's or a person's."""
_PHONE_LABEL = (
    _TELEPHONE + r"|telefon|mobile|h/?p|hotline|careline|contact|call|whatsapps?|手机|热线"
)
_FAX_LABEL = r"fax|faks|传真"


def _phone(lines: Sequence[Line], _: FieldKind) -> Match | None:
    """The number behind "tel", else behind any label of a telephone, else one told by its form."""
    labelled = _number_after(_TELEPHONE, _FAX_LABEL, lines)
    labelled = labelled or _number_after(_PHONE_LABEL, _FAX_LABEL, lines)
    if labelled is not None:
        return labelled
    for line in lines:
        found = phones(line.text)
        if found and not re.search(_FAX_LABEL + r"|gst|reg\b|no\b|id\b", plain(line.text)):
            return match_of(found[0].value, "phone", [line], 0.7 * line.score)
    return None


def _fax(lines: Sequence[Line], _: FieldKind) -> Match | None:
    return _number_after(_FAX_LABEL, _PHONE_LABEL, lines)


def _number_after(label: str, other: str, lines: Sequence[Line]) -> Match | None:
    """The first phone number whose nearest label before it is `label`, not `other`."""
    for line in lines:
        for typed in phones(line.text, labelled=True):
            before = plain(line.text[: typed.start])
            named = [m.start() for m in re.finditer(label, before)]
            otherwise = [m.start() for m in re.finditer(other + r"|gst|reg|roc", before)]
            words_behind = re.findall(r"[^\W\d_]{2,}", line.text[typed.end :])
            talks_on = len(words_behind) > MAX_WORDS_BEHIND
            if named and named[-1] > max(otherwise, default=-1) and not talks_on:
                return match_of(typed.value, "phone", [line], 0.9 * line.score)
    return None


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
    r"\b[\s.-]*(?:no|number|num|nbr|id|nr|nummer|numero)?\b[\s.:#=|]*|"
    r"(?:发票号码?|单号|账单号|订单号|小票号|流水号|收据号)[\s:：]*)"
    r"(?P<value>#?(?=[\w/-]*\d)[A-Z0-9][\w/-]{2,}(?:\s?-\s?[\w/]+)?)",
    re.IGNORECASE,
)  # fmt: skip


def _document_number(lines: Sequence[Line], _: FieldKind) -> Match | None:
    """The number behind "invoice no", "receipt #", "doc no" and the like; the first kind first."""
    found: list[tuple[int, int, str, Line]] = []
    for line in lines:
        for match in _DOCUMENT_NUMBER.finditer(line.text):
            value = match["value"].lstrip("#")
            if not dates(value) and not times(value):
                label = match.group().lower()
                rank = 0 if re.match(r"inv|[il]nvo|rece|resi|bi|doc|发票|收据", label) else 1
                found.append((rank, len(found), value, line))
    if not found:
        return None
    value, line = min(found, key=lambda item: item[:2])[2:]
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
    "cash": _entry_with("payment"),
    "change": _entry_with("change"),
    "price": _price,
    "date": date_of,
    "due date": labelled_date_of,
    "expiry date": labelled_date_of,
    "production date": labelled_date_of,
    "time": time_of,
    "company": _block(company_of),
    "address": _block(address_of),
    "phone": _phone,
    "fax": _fax,
    "email": _first_typed(emails),
    "url": _first_typed(urls),
    "invoice number": _document_number,
    "tip": _named,
    "table number": _named,
    "account number": _named,
    "cashier": _named,
    "customer": _named,
    "quantity": _named,
    "weight": _named,
    "ingredients": _named,
    "payment method": _named,
}  # fmt: skip
