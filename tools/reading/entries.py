"""The amounts of a receipt or bill with the roles that their labels give them: total, tax, cash …

Which of them is the total is `tools.reading.totals`'s.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from tools.reading.amounts import amounts, numbers
from tools.reading.labels import compact, fields, letters_in, plain
from tools.reading.lines import Line, overlap
from tools.reading.numerals import decimal_mark
from tools.reading.typed import Typed
from tools.words.lists import words_in

_T = r"(t[o0][tlifu]a|totel|[ilr]otal|tn.?tal)"
"""The letters of "total" as OCR may read them, without the last."""


def _either(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns))


_MEANS = _either(
    "cash(?!ier)|tunai|visa|master|card|credit|debit|edc|amex|eftpos|nets|maestro|girocard|bancomat",
    "ewallet|grabpay|touchn|boost|alipay|wechat|maybank|paypal|applepay|googlepay|contactless",
    "kontaktlos|sanscontact|twint|^(pix|pin|ideal)$",
    "现金|現金|微信|支付|刷卡|银行",
    "^bar$|^bargeld|^(ec)?karte|^especes|^cb$|^efectivo|^tarjeta|^contanti|^dinheiro",
    "^contant",
)
"""Labels of an amount that say with what it was paid."""
ROLES: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("tax table", _either(
        r"(gst|tax|sst|vat)(summary|code|analys|breakdown|rate)", "^(tax)?codeamount",
        "^codenet",
        "summaryamount", "税率",
    )),
    ("count", _either(
        "qty", "quantity", "totalitem", "itemcount", "noofitem", "totalpcs", "kuantiti",
        "totalunit",
        "^anzahl", "^artikel", "^nombred", "^articulos", "^articoli", "^aantal",
        r"points?\b", "stamp", "itemsold", "数量|件数",
    )),
    ("discount", _either(
        "sav(ing|ed)", "jimat", "(?<!after)disc", "diskaun", "voucher", "rebate", "优惠|折扣",
        "^(rabatt|nachlass|remise|reduction|descuento|sconto|desconto|korting)",
    )),
    ("payment", _either(r"^p[ao][il]d", _T + r"l?p[ao][il]d", r"p[ao][il]dam")),
    ("final", _either(
        "rounded", "after(adj|round|disc)", "tobepaid", _T + "l?(payable|due|topay)",
        r"am(oun)?t(due|payable|topay)", "balancedue", "^(grand|net+|final)(sales|am(oun)?t)",
        "(grand|net+|final)" + _T, "netpayable", "jumlahbesar", "jumlah(perlu)?(di)?bayar",
        "jumlahkeseluruhan", "应付|應付|实付|實付|总计|總計|合计|合計|总额|總額|总金额|总价|应收",
        "(rechnungs|gesamt|zahl|end|brutto)betrag|zuzahlen|montantdu|netapayer|totale?ttc",
        "totalapagar|dapagare|tebetalen|totaalbedrag|(valor|importe)total",
    )),
    ("total", _either(
        "beforerou?nd", _T + "l?(refund|credit$|return)", "^(refund|credit|return)" + _T,
    )),
    ("rounding", _either(
        "rou?nd", "^(rundung|arrondi|redondeo|afronding)", "bundar", "pelarasan", "舍入|抹零|尾数",
    )),
    ("change", _either(
        "^change", "changedue|changeam|^balancereturn", "baki", "kembali", "找零|找赎|找贖|找回",
        "^(ruck|wechsel|wissel)geld|^(zuruck|cambio|resto|terug)$|^(monnaie)?rendu|^vuelto|^troco",
    )),
    ("subtotal", _either(
        _T + r"l?suppl(y|ies)", "sub[sit]?" + _T, "subttl", "jumlahkecil", "小计|小計",
        "^net+o?$", "^netto(betrag|summe)", "^zwischensumme", "^soustotal", "^(total|montant)ht$",
        "^base?imponi?b", "^imponibile", "^subtota+l",
    )),
    ("excluded", _either(
        "exc?l", "before(gst|tax)", "withoutgst", "taxable", "nontax", "不含税",
    )),
    ("total", _either("ttlcash", _T + ".*cash", "am(oun)?tpaid")),
    ("includes", _either(_T + "l?include[sd]")),
    ("included", _either(
        "(summe|gesamt|betrag|totaa?le?).*in[ck]l", _T + ".*(inc|clusi|with)",
        "(am(oun)?t|sales).*incl",
    )),
    ("tax", _either(
        "gst|sst|vat|tax|cukai|税|稅",
        r"mwst|mehrwertsteuer|umsatzsteuer|^(zzgl|in[ck]l|enthaltene)?ust$|^btw$",
        "^(dont)?tva$|^(di|de)?iva$|^imp(uesto|osta|osto)s?$",
    )),
    ("service", _either("serv(i?ce?)?c", "svc", "服务费", "^co(ver|perto|uvert)(charge)?$")),
    ("payment", _either("tender|receiv|paid|payment|bayaran|实收|^gegeben|cash", _MEANS.pattern)),
    ("total", _either(
        _T, "^tot$", "ttl", "jumlah", "am(oun)?t$", "^am(oun)?t", "summe|gesamt", "金额|总|計$",
        "^importe$", "^montant$", "^betrag$", "^bedrag$", "^totaal", "^somme$",
    )),
)  # fmt: skip
"""Role of a line by the letters of its label, first match wins."""

TOTAL_WORD = re.compile(_T + "|总计|合计|总额")
TOTAL_ROLES = {"final", "included", "includes", "total", "subtotal", "excluded"}
MAX_STRANGE_WORDS = 1
"""More words that no label of a sum has make a line a remark about a sum."""
NO_LABEL_WORDS = re.compile(r"qty|price|description|item|amount.*tax|code")


@dataclass(frozen=True)
class Entry:
    """An amount with the role that its label gives it; one entry for each way to read it."""

    role: str
    amount: Decimal
    typed: Typed
    lines: tuple[Line, ...]
    order: int

    @property
    def value(self) -> str:
        """The amount in digits."""
        return format(self.amount, "f")

    @property
    def label(self) -> str:
        """What stands before the amount, in its line or in the one above."""
        text = self.lines[0].text
        return text[: self.typed.start] if len(self.lines) == 1 else text

    @property
    def column(self) -> tuple[float, float]:
        """Left and right edge of the box that the amount stands in, on the level page."""
        left, _, right, _ = self.lines[-1].word_at(self.typed.end).level_xyxy
        return left, right


@dataclass(frozen=True)
class Sums:
    """The amounts of a page: labelled ones, and those of the other rows (items, a tip, a fee).

    `blanks` are the lines that say "total" and have no amount: it is to be filled in by hand.
    """

    entries: list[Entry]
    others: list[Entry]
    blanks: list[Line]

    def share_column(self, entry: Entry) -> bool:
        """Whether an amount stands in one column with at least two others (left or right edges)."""
        left, right = entry.column
        near = 0.5 * entry.lines[-1].height
        edges = [e.column for e in (*self.others, *self.entries) if e.lines[-1] != entry.lines[-1]]
        by_side = (
            sum(abs(other[0] - left) < near for other in edges),
            sum(abs(other[1] - right) < near for other in edges),
        )
        return max(by_side) >= 2


def role_of(label: str) -> str | None:
    """What a line is by the letters of its label; None where it is an item or anything else."""
    letters = compact(label)
    for role, pattern in ROLES:
        if pattern.search(letters):
            return role
    return None


def entries_of(lines: Sequence[Line]) -> list[Entry]:
    """Labelled amounts of a page, top to bottom; the tax table at the end is left out."""
    return sums_of(lines).entries


def sums_of(lines: Sequence[Line]) -> Sums:
    """All amounts of a page, top to bottom."""
    found: list[Entry] = []
    others: list[Entry] = []
    waiting: tuple[str, Line] | None = None
    totals_seen = in_tax_table = False
    values_of = values_reader(lines)
    for order, line in enumerate(lines):
        values = values_of(line)
        role = role_of(_without(line.text, values))
        if role in TOTAL_ROLES and strange_words(_without(line.text, values)) > MAX_STRANGE_WORDS:
            waiting = None
            continue
        in_tax_table = in_tax_table or (role == "tax table" and totals_seen)
        ahead = [typed for typed in values if not compact(line.text[: typed.start])]
        label_less = letters_in(_without(line.text, values)) <= (2 if role else 3)
        if values and role is None:
            others += _entries("item", values[-1], (line,), order)
        if values and (label_less or (ahead and len(values) > 1)) and not in_tax_table:
            typed = values[-1] if label_less else ahead[0]
            near = waiting and line.level_xyxy[1] - waiting[1].level_xyxy[3] < 1.5 * line.height
            if waiting and near:
                found += _under(waiting, typed, values, line, order)
            elif totals_seen:
                found += _entries("bare", typed, (line,), order)
            values = [] if label_less else values
        waiting = None
        if role is None or role == "tax table" or (in_tax_table and role != "final"):
            continue
        totals_seen = totals_seen or role in TOTAL_ROLES
        if values and not (in_tax_table and len(values) > 1):
            found += _entries(role, values[-1], (line,), order)
        elif not re.search(r"\d", line.text) and not NO_LABEL_WORDS.search(compact(line.text)):
            waiting = (role, line)
    return Sums(found, others, _blanks(lines, found))


def _under(
    waiting: tuple[str, Line], typed: Typed, values: Sequence[Typed], line: Line, order: int
) -> list[Entry]:
    """The amounts under a line that labels them: the one, or each under its own head."""
    role, above = waiting
    if len(above.words) < 2 or len(values) < 2:
        return _entries(role, typed, (above, line), order)
    found: list[Entry] = []
    for value in values:
        under = line.word_at(value.end)
        heads = [role_of(word.text) for word in above.words if overlap(word, under) > 0]
        if heads and heads[0] is not None:
            found += _entries(heads[0], value, (above, line), order)
    return found


def _blanks(lines: Sequence[Line], found: Sequence[Entry]) -> list[Line]:
    """The lines that are the label of a total and of no amount."""
    used = {id(line) for entry in found for line in entry.lines}
    return [
        line
        for line in lines
        if id(line) not in used
        and role_of(line.text) in {"total", "final"}
        and not re.search(r"\d", line.text)
        and TOTAL_WORD.search(compact(line.text))
        and not NO_LABEL_WORDS.search(compact(line.text))
    ]


def strange_words(label: str) -> int:
    """How many words stand in a label that labels of sums do not have ("… says head office")."""
    from rapidfuzz import fuzz, process

    words = re.findall(r"[a-z]{3,}", plain(label))
    return sum(
        process.extractOne(word, _known_words(), scorer=fuzz.ratio, score_cutoff=75) is None
        for word in words
    )


@cache
def _known_words() -> list[str]:
    names = {word for field in fields() for name in field.names for word in plain(name).split()}
    return sorted({word for word in names | words_in("sum_words") if word.isascii()})


def values_reader(lines: Sequence[Line]) -> Callable[[Line], list[Typed]]:
    """How the amounts of a line are read: in the page's notation, and whole if all of it is."""
    point = decimal_mark(line.spaced_text for line in lines)
    if any(amounts(line.spaced_text, point) for line in lines):
        return lambda line: amounts(line.spaced_text, point)

    def whole(line: Line) -> list[Typed]:
        found = numbers(line.spaced_text, point)
        last = found[-1:] if role_of(_without(line.text, found)) not in {None, "count"} else []
        return [typed for typed in last if not letters_in(line.text[typed.end :])]

    return whole


def _entries(role: str, typed: Typed, lines: tuple[Line, ...], order: int) -> list[Entry]:
    """One entry for each value that the printed amount can have."""
    entries = []
    for amount in sorted(typed.readings):
        final = role == "rounding" and abs(amount) >= Decimal("0.5")
        entries.append(Entry("final" if final else role, amount, typed, lines, order))
    return entries


def _without(text: str, values: Sequence[Typed]) -> str:
    for typed in reversed(values):
        text = text[: typed.start] + " " + text[typed.end :]
    return text
