"""Sums of money and plain numbers in a line of text, with their signs and currencies.

What a run of digits can mean is `tools.reading.numerals`'s; this says which runs are money.
"""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from functools import cache

from tools.evidence import ValueType
from tools.reading.numerals import Numeral, digits_repaired, numerals, plain_marks, readings
from tools.reading.typed import Typed
from tools.words.currencies import Sign, sign_of, signs

_SIGN = r"(?<![\w)])(?P<sign>[-~]) ?"
_NOT_MONEY_BEFORE = re.compile(r"\d[/:]$|\d[.,] $")
_NOT_MONEY_BEHIND = re.compile(r"[/:]\d| ?%")
"""It is a date, a time or a share, or perhaps the rest of a longer number."""
_ONLY_WHOLE = re.compile(r"[.,] ?-|/-|/=")
"""Written behind an amount without cents: 45,-; 45.-; 500/-."""
_SIGN_AS_POINT = re.compile(r"(?<=\d)[€£](?=\d\d(?!\d))")
"""The currency in the place of the decimal mark: 12€50."""
_LETTER = re.compile(r"[^\W\d_]")


def amounts(text: str, point: str | None = None) -> list[Typed]:
    """Sums of money: two decimals, or a currency beside a number, or "500/-".

    Args:
        text: one line; a tab parts two cells of it (`Line.spaced_text`), and two numbers.
        point: the document's decimal mark, where it is known (`numerals.decimal_mark`).

    `parsed` is a Decimal, or None where the amount can be read in more than one way ("€ 1,659").
    """
    plain = _SIGN_AS_POINT.sub(".", plain_marks(digits_repaired(text)))
    found = (_amount(text, plain, numeral) for numeral in numerals(plain, point))
    return [typed for typed in found if typed is not None]


def numbers(text: str, point: str | None = None) -> list[Typed]:
    """Plain numbers that stand alone; `parsed` as with `amounts`."""
    plain = plain_marks(text)
    found = []
    for numeral in numerals(plain, point):
        before, behind = plain[: numeral.start], plain[numeral.end :]
        if re.search(r"[\w.,/:]$|[\w.,/:]-$", before) or re.match(r"[\w/:]|-\d", behind):
            continue
        minus = before.endswith("-")
        start = numeral.start - minus
        if numeral.readings:
            signed = frozenset(-r if minus else r for r in numeral.readings)
            span = (start, numeral.end)
            found.append(_typed("number", text[start : numeral.end], span, signed))
    return found


def _typed(
    kind: ValueType,
    printed: str,
    span: tuple[int, int],
    values: frozenset[Decimal],
    sign: Sign | None = None,
) -> Typed:
    one = next(iter(values)) if len(values) == 1 else None
    value = " ".join(printed.split()) if one is None else format(one, "f")
    return Typed(value, kind, *span, one, values, sign.told if sign else None)


def _amount(text: str, plain: str, numeral: Numeral) -> Typed | None:
    """The amount that a run is, with its signs and currency; None if it is no money.

    Without cents it must stand free: "PT17920 SEK 9" is a place.
    """
    start, end = numeral.start, numeral.end
    if _NOT_MONEY_BEFORE.search(plain[:start]) or _NOT_MONEY_BEHIND.match(plain[end:]):
        return None
    sign, start, front = _in_front(plain, start)
    sign = sign or next(filter(None, map(sign_of, text[start:end])), None)
    behind = _behind(plain, end)
    if behind:
        sign, end = sign or behind[0], behind[1]
    whole = _ONLY_WHOLE.match(plain[end:])
    run = re.sub(r" ?([.,]) ?", r"\1", plain[numeral.start : numeral.end])
    cents = re.search(r"(?:^|\d)[.,]\d\d$", run)
    cut_off = not cents and re.match(r"[.,] \d", plain[end:])
    glued = not cents and (
        _LETTER.match(plain[start - 1 : start]) or re.match(r"-[^\W\d_]", plain[end:])
    )
    in_number = cents and "," in run[-3:] and _LETTER.match(plain[end : end + 1]) and not behind
    if cut_off or glued or in_number or not (cents or sign or whole) or not numeral.readings:
        return None
    if whole:
        end += whole.end()
        behind = None if sign else _behind(plain, end)
        sign, end = behind or (sign, end)
    minus = front == "-"
    if not whole and re.match(r"-(?! ?\w)", plain[end:]):
        minus, end = True, end + 1
    values = _written_with(sign, run, numeral.readings)
    if whole:
        values = frozenset(value for value in values if value == int(value)) or values
    values = frozenset(-value if minus else value for value in values)
    printed = ("-" if minus else "") + text[numeral.start : numeral.end]
    if plain[start - 1 : start] == "(" and plain[end : end + 1] == ")":
        start, end, printed = start - 1, end + 1, f"({printed})"
        values |= frozenset(-value for value in values)
    return _typed("amount", printed, (start, end), values, sign)


def _in_front(plain: str, start: int) -> tuple[Sign | None, int, str]:
    """Currency and minus before a run (in either order), and where the amount begins with them."""
    minus = ""
    sign: Sign | None = None
    for _ in range(3):
        signed = re.search(_SIGN + "$", plain[:start])
        if signed and not minus:
            minus, start = "-", signed.start()
            continue
        written = _currency_before().search(plain[:start])
        if written and sign is None:
            sign, start = sign_of(written["currency"]), written.start("currency")
            continue
        break
    return sign, start, minus


def _behind(plain: str, end: int) -> tuple[Sign, int] | None:
    """The currency behind a run, and where it ends."""
    match = _currency_behind().match(plain[end:])
    sign = sign_of(match["currency"]) if match else None
    return (sign, end + match.end()) if match and sign else None


def _written_with(sign: Sign | None, run: str, values: frozenset[Decimal]) -> frozenset[Decimal]:
    """Only the readings in the notations that go with a currency, where there are several."""
    if sign is None or len(values) == 1:
        return values
    fitting = frozenset[Decimal]().union(*(readings(run, point) for point in sign.points)) & values
    if sign.decimals == 0:
        fitting = frozenset(value for value in fitting if value == int(value))
    if all(_decimals(value) > sign.decimals for value in fitting):
        return values
    return fitting


def _decimals(value: Decimal) -> int:
    """Digits behind the mark: "RM 1.000" has one more than ringgit have, and may be a thousand."""
    exponent = value.as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


@cache
def _currency_before() -> re.Pattern[str]:
    return re.compile(rf"(?P<currency>{_any_sign()})[ )\t]{{0,2}}[:=]?[ \t]?$", re.IGNORECASE)


@cache
def _currency_behind() -> re.Pattern[str]:
    return re.compile(rf" ?(?P<currency>{_any_sign()})", re.IGNORECASE)


def _any_sign() -> str:
    """Longest first; letters must not be cut out of a word ("FORM 12" holds no RM)."""
    parts = []
    for name in sorted(signs(), key=len, reverse=True):
        escaped = re.escape(name)
        first, last = name[0], name.rstrip(".")[-1]
        before = r"(?<![^\W\d_])" if first.isascii() and first.isalpha() else ""
        behind = r"(?![^\W\d_])" if last.isascii() and last.isalpha() else ""
        parts.append(before + escaped + behind)
    return "|".join(parts)


def settled(typed: Typed, point: str | None) -> Typed:
    """A number that could be two, as the one that it is in a document with this decimal mark."""
    if typed.parsed is not None or point is None:
        return typed
    fitting = readings(typed.value.strip("-()"), point)
    values = frozenset(value for value in typed.readings if abs(value) in fitting)
    if len(values) != 1:
        return typed
    value = next(iter(values))
    return replace(typed, value=format(value, "f"), parsed=value, readings=values)
