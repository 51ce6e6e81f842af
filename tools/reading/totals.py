"""What a receipt or bill comes to: every printed amount is weighed by its label and by arithmetic.

A total is believed because its label says so *and* the other amounts agree: cash less change,
the sum before rounding plus the rounding, the sum before tax plus the tax. Where two amounts
are about as well supported, the answer is unsure.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from itertools import combinations

from tools.reading.labels import compact, letters_in
from tools.reading.lines import Line
from tools.reading.values import Typed, amounts

_T = r"(t[o0][tlifu]a|totel|[ilr]otal|tn.?tal)"
"""The letters of "total" as OCR may read them, without the last."""


def _either(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns))


ROLES: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("tax table", _either(
        r"(gst|tax|sst|vat)(summary|code|analys|breakdown|rate)", "^(tax)?codeamount",
        "^codenet",
        "summaryamount", "税率",
    )),
    ("count", _either(
        "qty", "quantity", "totalitem", "itemcount", "noofitem", "totalpcs", "kuantiti",
        "totalunit",
        r"points?\b", "stamp", "itemsold", "数量|件数",
    )),
    ("discount", _either(
        "sav(ing|ed)", "jimat", "(?<!after)disc", "diskaun", "voucher", "rebate", "优惠|折扣",
    )),
    ("payment", _either(r"^p[ao][il]d", _T + r"l?p[ao][il]d", r"p[ao][il]dam")),
    ("final", _either(
        "rounded", "after(adj|round|disc)", "tobepaid", _T + "l?(payable|due|topay)",
        r"am(oun)?t(due|payable|topay)", "balancedue", "^(grand|net+|final)(sales|am(oun)?t)",
        "(grand|net+|final)" + _T, "netpayable", "jumlahbesar", "jumlah(perlu)?(di)?bayar",
        "jumlahkeseluruhan", "应付|應付|实付|實付|总计|總計|合计|合計|总额|總額|总金额|总价|应收",
    )),
    ("total", _either("beforerou?nd")),
    ("rounding", _either("rou?nd", "bundar", "pelarasan", "舍入|抹零|尾数")),
    ("change", _either(
        "^change", "changedue", "changeam", "baki", "kembali", "找零|找赎|找贖|找回",
    )),
    ("subtotal", _either(
        _T + r"l?suppl(y|ies)", "sub[sit]?" + _T, "subttl", "jumlahkecil", "小计|小計",
    )),
    ("excluded", _either(
        "exc?l", "before(gst|tax)", "withoutgst", "taxable", "nontax", "不含税",
    )),
    ("total", _either("ttlcash", _T + ".*cash", "am(oun)?tpaid")),
    ("includes", _either(_T + "l?include[sd]")),
    ("included", _either(_T + ".*(inc|clusi|with)", "(am(oun)?t|sales).*incl")),
    ("tax", _either("gst|sst|vat|tax|cukai|税|稅")),
    ("service", _either("servi?ce?c", "svc", "服务费")),
    ("payment", _either(
        "cash|tunai|tender|receiv|paid|payment|bayaran",
        "visa|master|card|credit|debit|edc|amex|eftpos|nets",
        "ewallet|grabpay|touchn|boost|alipay|wechat|maybank",
        "现金|現金|实收|微信|支付|刷卡|银行",
    )),
    ("total", _either(
        _T, "^tot$", "ttl", "jumlah", "am(oun)?t$", "^am(oun)?t", "summe|gesamt", "金额|总|計$",
    )),
)  # fmt: skip
"""Role of a line by the letters of its label, first match wins."""

LABEL_WEIGHT = {
    "final": 3.0, "included": 2.5, "total": 2.0, "includes": 1.5, "subtotal": 1.0, "payment": 1.0,
    "bare": 0.5,
}  # fmt: skip
TOTAL_ROLES = {"final", "included", "includes", "total", "subtotal", "excluded"}
CENTS = Decimal("0.04")
"""Cash is paid in steps of five cents in many places: so far off a total may be from the cash."""
NO_LABEL_WORDS = re.compile(r"qty|price|description|item|amount.*tax|code")
MIN_SUPPORT, MIN_MARGIN = 1.6, 0.6


@dataclass(frozen=True)
class Entry:
    """An amount with the role that its label gives it."""

    role: str
    amount: Decimal
    value: str
    lines: tuple[Line, ...]
    order: int


@dataclass
class Candidate:
    """An amount that may be the total, and what speaks for it."""

    entry: Entry
    reasons: dict[str, float] = field(default_factory=dict)

    @property
    def support(self) -> float:
        """Sum of what speaks for it."""
        return sum(self.reasons.values())


@dataclass(frozen=True)
class Total:
    """The best total, how sure, and the lines that it was read from."""

    value: str
    lines: tuple[Line, ...]
    score: float


def role_of(label: str) -> str | None:
    """What a line is by the letters of its label; None where it is an item or anything else."""
    letters = compact(label)
    for role, pattern in ROLES:
        if pattern.search(letters):
            return role
    return None


def entries_of(lines: Sequence[Line]) -> list[Entry]:
    """Labelled amounts of a page, top to bottom; the tax table at the end is left out."""
    found: list[Entry] = []
    waiting: tuple[str, Line] | None = None
    totals_seen = in_tax_table = False
    for order, line in enumerate(lines):
        values = amounts(line.text)
        role = role_of(_without(line.text, values))
        in_tax_table = in_tax_table or (role == "tax table" and totals_seen)
        ahead = [typed for typed in values if not compact(line.text[: typed.start])]
        label_less = letters_in(_without(line.text, values)) <= (2 if role else 3)
        if values and (label_less or (ahead and len(values) > 1)) and not in_tax_table:
            typed = values[-1] if label_less else ahead[0]
            near = waiting and line.level_xyxy[1] - waiting[1].level_xyxy[3] < 1.5 * line.height
            if waiting and near:
                found.append(_entry(waiting[0], typed, (waiting[1], line), order))
            elif totals_seen:
                found.append(_entry("bare", typed, (line,), order))
            values = [] if label_less else values
        waiting = None
        if role is None or role == "tax table" or (in_tax_table and role != "final"):
            continue
        totals_seen = totals_seen or role in TOTAL_ROLES
        if values and not (in_tax_table and len(values) > 1):
            found.append(_entry(role, values[-1], (line,), order))
        elif not re.search(r"\d", line.text) and not NO_LABEL_WORDS.search(compact(line.text)):
            waiting = (role, line)
    return found


def _entry(role: str, typed: Typed, lines: tuple[Line, ...], order: int) -> Entry:
    amount = Decimal(typed.value)
    if role == "rounding" and abs(amount) >= Decimal("0.5"):
        role = "final"
    return Entry(role, amount, typed.value, lines, order)


def total_of(lines: Sequence[Line]) -> Total | None:
    """The total with its score: at least 0.5 where label and arithmetic settle it, below if not."""
    entries = entries_of(lines)
    candidates = _candidates(entries)
    if not candidates:
        return _lone_amount(lines)
    for candidate in candidates:
        candidate.reasons |= _arithmetic(candidate.entry.amount, entries)
        _settle_sign(candidate, entries)
    ranked = sorted(candidates, key=lambda c: (c.support, c.entry.order), reverse=True)
    best = ranked[0]
    margin = best.support - ranked[1].support if len(ranked) > 1 else best.support
    read = min(line.score for line in best.entry.lines)
    return Total(best.entry.value, best.entry.lines, _score(best, margin) * min(1.0, read + 0.05))


def _settle_sign(candidate: Candidate, entries: Sequence[Entry]) -> None:
    """Specks are read as a minus: a negative total stays only if the arithmetic does not object."""
    entry = candidate.entry
    positive = _arithmetic(-entry.amount, entries)
    if entry.amount < 0 and sum(positive.values()) > sum(
        _arithmetic(entry.amount, entries).values()
    ):
        candidate.entry = replace(entry, amount=-entry.amount, value=entry.value.lstrip("-"))
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


def _arithmetic(amount: Decimal, entries: Sequence[Entry]) -> dict[str, float]:
    """What the other amounts say for (or, below zero, against) this one being the total."""
    amounts_of: dict[str, list[Decimal]] = {}
    for entry in entries:
        amounts_of.setdefault(entry.role, []).append(entry.amount)
    return _paid(amount, amounts_of) | _rounded(amount, amounts_of) | _summed(amount, amounts_of)


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
    return reasons


def _amounts_in(amounts_of: dict[str, list[Decimal]], *roles: str) -> list[Decimal]:
    return [amount for role in roles for amount in amounts_of.get(role, [])]


def _lone_amount(lines: Sequence[Line]) -> Total | None:
    """Without any label: the largest amount of the page, never more than a guess."""
    found = [(typed, line) for line in lines for typed in amounts(line.text)]
    if not found:
        return None
    typed, line = max(found, key=lambda pair: Decimal(pair[0].value))
    return Total(typed.value, (line,), 0.55 if len(found) == 1 else 0.3)


def _without(text: str, values: Sequence[Typed]) -> str:
    for typed in reversed(values):
        text = text[: typed.start] + " " + text[typed.end :]
    return text
