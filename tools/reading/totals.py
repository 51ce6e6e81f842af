"""What a receipt or bill comes to: every printed amount is weighed by its label and by arithmetic.

A total is believed because its label says so *and* the other amounts agree: cash less change,
the items, the sum before rounding plus the rounding, the sum before tax plus the tax. Where two
amounts are about as well supported, or another total is printed that the amounts do not explain,
the answer is unsure.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from itertools import combinations

from tools.evidence import ValueType
from tools.reading.entries import (
    TOTAL_ROLES,
    TOTAL_WORD,
    Entry,
    Sums,
    sums_of,
    values_reader,
)
from tools.reading.labels import compact
from tools.reading.lines import Line

LABEL_WEIGHT = {
    "final": 3.0, "included": 2.5, "total": 2.0, "includes": 1.5, "subtotal": 1.0, "payment": 1.0,
    "bare": 0.5,
}  # fmt: skip
CENTS = Decimal("0.04")
"""Cash is paid in steps of five cents in many places: so far off a total may be from the cash."""
MIN_SUPPORT, MIN_MARGIN = 1.6, 0.6
MAX_STEPS = 3
"""Printed amounts between one sum and the next: a service charge, tax and rounding."""
MAX_LABEL_WORDS = 4
_BALANCE = re.compile(
    r"balance|outstanding|remaining|stilldue|unpaid|restbetrag|nochzuzahlen|restea?payer|solde"
    r"|saldo|pendiente|openstaand|nogtebetalen|余额|未付|尚欠|待付|尾款"
)
"""Labels of what is left to be paid; where nothing was paid, of the total itself."""
STATED = {"final", "included", "includes", "total"}
"""Roles of amounts that are called the total in so many words."""
_ARITHMETIC = ("paid less change", "nearly paid less change", "base and rounding", "items",
               "sum of parts", "base and tax", "less discount")  # fmt: skip


@dataclass
class Candidate:
    """An amount that may be the total, and what speaks for it."""

    entry: Entry
    reasons: dict[str, float] = field(default_factory=dict)

    @property
    def support(self) -> float:
        """Sum of what speaks for it."""
        return sum(self.reasons.values())

    @property
    def adds_up(self) -> bool:
        """Whether other amounts of the page come to this one."""
        return any(self.reasons.get(reason, 0) > 0 for reason in _ARITHMETIC)


@dataclass(frozen=True)
class Total:
    """The best total, how sure, and the lines that it was read from.

    `value` is None where the page states totals that contradict each other.
    """

    value: str | None
    lines: tuple[Line, ...]
    score: float
    currency: str | None = None
    value_type: ValueType = "amount"
    label: str | None = None
    """What the page calls it, where another line has a claim to be the total as well."""


def total_of(lines: Sequence[Line]) -> Total | None:
    """The total with its score: at least 0.5 where label and arithmetic settle it, below if not."""
    page = sums_of(lines)
    rests = [entry for entry in page.entries if _is_rest(entry, page)]
    leaving = {"payment"} if rests else set()  # in parts: none of them is the total
    candidates = _candidates([e for e in page.entries if e not in rests and e.role not in leaving])
    if not candidates:
        return _lone_amount(lines)
    for candidate in candidates:
        candidate.reasons |= _arithmetic(candidate.entry.amount, page)
        if candidate.entry.role in STATED and _is_sum_of_items(candidate.entry, page):
            candidate.reasons["items"] = 2.0
        if candidate.entry.role == "final" and _is_less_discount(candidate.entry, page):
            candidate.reasons["less discount"] = 3.0
        _settle_sign(candidate, page)
    ranked = sorted(candidates, key=lambda c: (c.support, c.entry.order), reverse=True)
    best = ranked[0]
    rivals = [c for c in ranked[1:] if c.entry.typed is not best.entry.typed]
    margin = best.support - rivals[0].support if rivals else best.support
    score = _score(best, margin)
    stated = [rival for rival in rivals if rival.entry.role in STATED]
    alone = not any(rival.adds_up or page.share_column(rival.entry) for rival in stated)
    if best.adds_up and stated and alone:  # beside the column, and nothing comes to them
        score = max(score, 0.6)
    contrary = [rival for rival in rivals if _contradicts(rival, best, page)]
    if contrary:
        in_column = [c for c in (best, *contrary) if page.share_column(c.entry)]
        if len(in_column) != 1:
            lines_of = dict.fromkeys(line for c in (best, *contrary) for line in c.entry.lines)
            return Total(None, tuple(lines_of), min(score, 0.45))
        (best,), score = in_column, 0.6
    read = min(line.score for line in best.entry.lines)
    value, value_type = best.entry.value, best.entry.typed.value_type
    others = [c for c in ranked[1:] if c.entry.typed is best.entry.typed]
    if others and best.support - others[0].support < MIN_MARGIN:
        value, value_type = best.entry.typed.value, "text"
    return Total(
        value,
        best.entry.lines,
        score * min(1.0, read + 0.05),
        best.entry.typed.currency,
        value_type,
        _words_of(best.entry) if rests or _is_left_blank(best.entry, page) else None,
    )


def _is_rest(entry: Entry, page: Sums) -> bool:
    """Whether an amount is what is left to pay of another printed total, less what was paid."""
    if not _BALANCE.search(compact(entry.label)):
        return False
    paid = {abs(other.amount) for other in (*page.entries, *page.others)}
    return any(
        total.role in STATED and total.amount - entry.amount in paid - {total.amount}
        for total in page.entries
        if not _BALANCE.search(compact(total.label))
    )


def _is_left_blank(entry: Entry, page: Sums) -> bool:
    """Whether the line of the total is still to be filled in, below an amount by another name."""
    below = entry.lines[-1].level_xyxy[3]
    is_total = TOTAL_WORD.search(compact(entry.label))
    return not is_total and any(line.level_xyxy[1] >= below for line in page.blanks)


def _words_of(entry: Entry) -> str | None:
    """The label of an amount as words; None where it is no short one."""
    words = re.findall(r"[^\W\d_][\w'’.-]*", entry.label)
    return " ".join(words) if 0 < len(words) <= MAX_LABEL_WORDS else None


def _contradicts(rival: Candidate, best: Candidate, page: Sums) -> bool:
    """Whether another printed total cannot be true together with the best one.

    Sums before tax, rounding, a tip or a discount differ from the total by amounts that are printed
    too. Where the other amounts come to the best one and not to the rival, nothing is in doubt.
    """
    one, other = best.entry, rival.entry
    if not {one.role, other.role} <= STATED or (best.adds_up and not rival.adds_up):
        return False
    steps = {
        abs(entry.amount)
        for entry in (*page.entries, *page.others)
        if entry.role not in TOTAL_ROLES
    }
    reached = {Decimal(0)}
    for _ in range(MAX_STEPS):
        reached |= {at + signed for at in reached for step in steps for signed in (step, -step)}
    difference = abs(one.amount - other.amount)
    return difference > CENTS and difference not in reached


def _settle_sign(candidate: Candidate, page: Sums) -> None:
    """Specks are read as a minus: a negative total stays only if the arithmetic does not object."""
    entry = candidate.entry
    positive = _arithmetic(-entry.amount, page)
    if entry.amount < 0 and sum(positive.values()) > sum(_arithmetic(entry.amount, page).values()):
        candidate.entry = replace(entry, amount=-entry.amount)
        candidate.reasons |= positive


def _score(best: Candidate, margin: float) -> float:
    if best.support < MIN_SUPPORT:
        return 0.4
    if margin < MIN_MARGIN:
        return 0.45
    return min(0.6 + 0.08 * min(margin, 3.0) + 0.05 * (len(best.reasons) - 1), 0.99)


def _candidates(entries: Sequence[Entry]) -> list[Candidate]:
    """One candidate an amount: its best label counts in full, every further one a third."""
    by_amount: dict[Decimal, list[Entry]] = {}
    for entry in entries:
        if entry.role in LABEL_WEIGHT and not (entry.role == "payment" and entry.amount <= 0):
            by_amount.setdefault(entry.amount, []).append(entry)
    candidates = []
    for same in by_amount.values():
        ranked = sorted(same, key=lambda e: (-LABEL_WEIGHT[e.role], e.order))
        reasons = {ranked[0].role: LABEL_WEIGHT[ranked[0].role]}
        if len(ranked) > 1:
            reasons["other labels"] = sum(LABEL_WEIGHT[e.role] for e in ranked[1:]) / 3
        candidates.append(Candidate(ranked[0], reasons))
    return candidates


def _arithmetic(amount: Decimal, page: Sums) -> dict[str, float]:
    """What the other amounts say for (or, below zero, against) this one being the total."""
    amounts_of: dict[str, list[Decimal]] = {}
    for entry in page.entries:
        amounts_of.setdefault(entry.role, []).append(entry.amount)
    return _paid(amount, amounts_of) | _rounded(amount, amounts_of) | _summed(amount, amounts_of)


def _is_sum_of_items(total: Entry, page: Sums) -> bool:
    """The items above come to this amount, or to it less tax and charges."""
    items = [entry.amount for entry in page.others if entry.order < total.order]
    extra = sum((e.amount for e in page.entries if e.role in {"tax", "service"}), Decimal(0))
    return len(items) > 1 and total.amount - sum(items, Decimal(0)) in {Decimal(0), extra}


def _is_less_discount(final: Entry, page: Sums) -> bool:
    """Another total above, less a discount between them, comes to this amount."""
    off = {abs(entry.amount) for entry in page.entries if entry.role == "discount"}
    totals = [e for e in page.entries if e.role in STATED and e.order < final.order]
    return any(total.amount - final.amount in off - {Decimal(0)} for total in totals)


def _paid(amount: Decimal, amounts_of: dict[str, list[Decimal]]) -> dict[str, float]:
    """Payments less change come to this amount (to a few cents, where coins are rare)."""
    payments = {abs(paid) for paid in amounts_of.get("payment", [])}
    changes = amounts_of.get("change", [])
    if not changes:
        return {"paid exactly": 1.0} if amount in payments else {}
    sums = payments | ({sum(payments, Decimal(0))} if len(payments) > 1 else set())
    off = min((abs(paid - abs(c) - amount) for paid in sums for c in changes), default=None)
    if off == 0:
        return {"paid less change": 3.0}
    return {"nearly paid less change": 1.5} if off is not None and off <= CENTS else {}


def _rounded(amount: Decimal, amounts_of: dict[str, list[Decimal]]) -> dict[str, float]:
    """A printed sum and the printed rounding come to this amount, or this one and it to another."""
    reasons: dict[str, float] = {}
    roundings = [rounding for rounding in amounts_of.get("rounding", []) if rounding]
    bases = _amounts_in(amounts_of, "included", "includes", "total", "subtotal", "final")
    if any(base + signed == amount for base in bases for r in roundings for signed in (r, -r)):
        reasons["base and rounding"] = 2.0
    after = _amounts_in(amounts_of, "included", "total", "final", "bare", "payment")
    if any(amount + rounding in after for rounding in roundings):
        reasons["before rounding"] = -2.0
    return reasons


def _summed(amount: Decimal, amounts_of: dict[str, list[Decimal]]) -> dict[str, float]:
    """Two printed sums, or the sum before tax with tax and charges, come to this amount."""
    reasons: dict[str, float] = {}
    parts = [part for part in _amounts_in(amounts_of, *sorted(TOTAL_ROLES)) if part]
    if any(one + other == amount for one, other in combinations(parts, 2)):
        reasons["sum of parts"] = 2.0
    before = _amounts_in(amounts_of, "excluded", "subtotal")
    tax = sum(amounts_of.get("tax", [])[-1:], Decimal(0))
    service = sum(amounts_of.get("service", [])[-1:], Decimal(0))
    for extra in {tax, tax + service} - {Decimal(0)}:
        for rounding in [Decimal(0), *amounts_of.get("rounding", [])]:
            if any(base + extra + rounding == amount for base in before):
                reasons["base and tax"] = 1.5 if rounding else 1.0
        stated = _amounts_in(amounts_of, *sorted(STATED))
        if amount - extra in stated:
            reasons.setdefault("base and tax", 1.0)
        if amount + extra in stated:
            reasons["before tax"] = -2.0
    return reasons


def _amounts_in(amounts_of: dict[str, list[Decimal]], *roles: str) -> list[Decimal]:
    return [amount for role in roles for amount in amounts_of.get(role, [])]


def _lone_amount(lines: Sequence[Line]) -> Total | None:
    """Without any label: the largest amount of the page, never more than a guess."""
    values_of = values_reader(lines)
    found = [(typed, line) for line in lines for typed in values_of(line)]
    if not found:
        return None
    typed, line = max(found, key=lambda pair: max(pair[0].readings))
    score = 0.55 if len(found) == 1 else 0.3
    return Total(typed.value, (line,), score, typed.currency, typed.reported_type)
