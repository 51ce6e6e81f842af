"""What can be checked in plain text: quotes, numbers, dates and names, found by pattern.

Pure functions on strings and evidence; `agent.grounding.check` decides what they mean for a claim.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from decimal import Decimal

from agent.answer import Language
from agent.grounding.ledger import Ledger
from agent.grounding.naming import counts
from agent.grounding.references import UnresolvedReferenceError, as_number, common_currency
from tools.evidence import Evidence
from tools.reading.date_order import settled
from tools.reading.dates import Day, dates_and_months
from tools.reading.numerals import Numeral, numerals, readings

QUOTED = re.compile(r"\"([^\"]+)\"|“([^”]+)”|「([^」]+)」|『([^』]+)』|«([^»]+)»|《([^》]+)》")
_PICTURE_NUMBER = re.compile(r"\b(?:img_|(?:picture|image|photo)\s+)\d+|图\s*\d+", re.IGNORECASE)
_ENGLISH_NUMBERS = {
    word: Decimal(n)
    for n, word in enumerate(
        [
            "zero",
            "one",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
        ]
    )
    if word != "one"  # "one" is a pronoun more often than a count
}
_ENGLISH_NUMBER = re.compile(rf"\b(?:{'|'.join(_ENGLISH_NUMBERS)})\b", re.IGNORECASE)
_CHINESE_DIGITS = {digit: n for n, digit in enumerate("零一二三四五六七八九")} | {"两": 2}
_CHINESE_COUNT = re.compile(
    r"([零一二两三四五六七八九]?十[一二三四五六七八九]?|[零一二两三四五六七八九])(?=[个只辆张条本把台位件部棵瓶杯行项种处])"
)
_CODE_LIKE = re.compile(r"[\w.+-]+@[\w.-]+\.\w+|(?:https?://|www\.)[^\s,;，。；）)]+")
_CAPITALISED = re.compile(r"(?<![.!?] )(?<!^)\b[A-Z][\w&'’-]*")
_LATIN = re.compile(r"[A-Za-z][\w&'’.-]+")
_ALWAYS_ALLOWED = {"I", "I'm", "OK", "QR", "OCR", "Picture", "Image", "Yes", "No"}


def normalise(content: object) -> str:
    """NFKC (full width → half width), white space collapsed."""
    text = str(content).replace("´", "'")  # an apostrophe, which NFKC would make two marks
    return " ".join(unicodedata.normalize("NFKC", text).split())


def stands_in(text: str, evidence: Iterable[Evidence]) -> bool:
    """Whether a text of the evidence holds these very words (a whole phrase, upper case or not)."""
    said = re.escape(normalise(text).casefold())
    phrase = re.compile(rf"(?<!\w){said}(?!\w)")
    texts = (normalise(e.text).casefold() for e in evidence if e.text is not None)
    return bool(said) and any(phrase.search(written) for written in texts)


def quotes(text: str) -> list[str]:
    """What stands between quotation marks."""
    return [next(filter(None, groups)).strip() for groups in QUOTED.findall(text)]


def without_quotes(text: str) -> str:
    """The text with its quotations taken out."""
    return QUOTED.sub(" ", text)


def dates(text: str) -> list[str]:
    """Dates as written: 19/10/2018, 2018-10-19, 19 Oct 2018, 2018年10月19日, October 2018."""
    return [typed.value for typed in dates_and_months(text)]


def without_dates(text: str) -> str:
    """The text with its dates taken out."""
    for typed in reversed(dates_and_months(text)):
        text = f"{text[: typed.start]} {text[typed.end :]}"
    return text


def unseen_dates(said: Sequence[str], texts: Sequence[str]) -> list[str]:
    """Which dates no text holds, as they stand or in another notation.

    Where a notation can mean two days, another one has to mean the same two, unless the other dates
    of its text settle which (`tools.reading.date_order`); of two months both have to be said. A
    month is held by each of its days, a day not by its month.
    """
    if not said:
        return []
    found = [dates_and_months(text) for text in texts]
    held = [typed for days in found for typed in (*days, *settled(days))]
    printed = {_printed(typed.value) for typed in held}
    meant = {frozenset(typed.readings) for typed in held}
    told = [frozenset(dates_and_months(date)[0].readings) for date in said]
    months = {month for month in told if all(day.day == 0 for day in month)}
    may_be = {frozenset(Day(day.year, day.month) for day in days) for days in meant}
    held_months = {day for days in may_be if days <= frozenset().union(*months) for day in days}

    def is_held(date: str, wanted: frozenset[Day]) -> bool:
        is_month = wanted in months and wanted <= held_months
        return _printed(date) in printed or wanted in meant or is_month

    return [date for date, wanted in zip(said, told, strict=True) if not is_held(date, wanted)]


def _printed(date: str) -> str:
    return re.sub(r"\s", "", date.casefold())


def numbers(text: str, language: Language) -> set[Decimal]:
    """Numbers in digits and small numbers in words; picture numbers do not count."""
    text = _CODE_LIKE.sub(" ", _PICTURE_NUMBER.sub(" ", text))
    found = {n for numeral in numerals(text) if (n := _meant(text, numeral)) is not None}
    if language == "zh":
        return found | {_chinese_number(match[1]) for match in _CHINESE_COUNT.finditer(text)}
    words = re.findall(r"[a-z]+", text.casefold())
    return found | {_ENGLISH_NUMBERS[word] for word in words if word in _ENGLISH_NUMBERS}


def without_numbers(text: str, language: Language) -> str:
    """The text with the numbers taken out that `numbers` finds."""
    text = _PICTURE_NUMBER.sub(" ", text)
    for numeral in reversed(numerals(text)):
        text = f"{text[: numeral.start]} {text[numeral.end :]}"
    if language == "zh":
        return _CHINESE_COUNT.sub(" ", text)
    return _ENGLISH_NUMBER.sub(" ", text)


def _meant(text: str, numeral: Numeral) -> Decimal | None:
    """What an answer means by a numeral: answers are written with a decimal point."""
    value = numeral.value
    if value is None and numeral.readings:
        value = next(iter(readings(numeral.text, ".")), None)
    return value if value is None else _signed(text, numeral, value)


def _signed(text: str, numeral: Numeral, value: Decimal) -> Decimal:
    return -value if _is_negative(text, numeral) else value


def _is_negative(text: str, numeral: Numeral) -> bool:
    return re.search(r"(?<!\w)[-−]$", text[: numeral.start]) is not None


def without_printed_numbers(text: str, seen: list[str]) -> str:
    """The text without numbers that could be two, where they stand in what was seen as they are."""
    printed = {_as_printed(content, n) for content in seen for n in numerals(content)}
    for numeral in reversed(numerals(text)):
        if numeral.value is None and _as_printed(text, numeral) in printed:
            text = f"{text[: numeral.start]} {text[numeral.end :]}"
    return text


def _as_printed(text: str, numeral: Numeral) -> str:
    return ("-" if _is_negative(text, numeral) else "") + numeral.text


def unreadable_number(text: str) -> str | None:
    """The first run of digits and marks that is no number in any notation; None if all are."""
    return next((n.text for n in numerals(_CODE_LIKE.sub(" ", text)) if not n.readings), None)


def carried_numbers(
    wanted: Collection[Decimal],
    evidence: list[Evidence],
    ledger: Ledger,
    named: Collection[str] = (),
) -> set[Decimal]:
    """Which of the `wanted` numbers evidence carries, or a named operation derives from it.

    Values and numbers in texts; the count of a completely cited group (of its members that the
    sentence has `named`: `agent.grounding.naming.counts`); the sum of all values; the difference of
    any two.
    """
    values = [n for e in evidence if (n := _quantity(e)) is not None]
    carried = set(values) | {Decimal(n) for n in counts(evidence, ledger, named)}
    for e in evidence:
        for content in (e.text, e.value if isinstance(e.value, str) else None):
            if content:
                carried |= set(_clear_numbers(normalise(content)))
        if e.value_type == "share":
            carried.add(Decimal(round(float(str(e.value)) * 100)))
    if not values or not _in_one_currency(evidence):
        return {n for n in wanted if n in carried}
    carried.add(sum(values, Decimal(0)))
    return {n for n in wanted if n in carried or _is_difference(n, Counter(values))}


def _is_difference(number: Decimal, values: Counter[Decimal]) -> bool:
    """Whether it lies between two of the values."""
    if not number:
        return any(times > 1 for times in values.values())
    return number > 0 and any(value - number in values for value in values)


def _clear_numbers(text: str) -> Iterator[Decimal]:
    """The numbers of a text that can be read in one way only, and the years of its dates."""
    for numeral in numerals(text):
        if numeral.value is not None:
            yield _signed(text, numeral, numeral.value)
    for typed in settled(dates_and_months(text)):
        years = {day.year for day in typed.readings}
        if len(years) == 1:
            yield Decimal(years.pop())


def _in_one_currency(evidence: list[Evidence]) -> bool:
    try:
        common_currency(evidence)
    except UnresolvedReferenceError:
        return False
    return True


def differences(wanted: Iterable[Decimal], evidence: Iterable[Evidence]) -> set[Decimal]:
    """Which of the `wanted` numbers lie between two of the values."""
    values = Counter(n for e in evidence if (n := _quantity(e)) is not None)
    return {number for number in wanted if _is_difference(number, values)}


def _quantity(evidence: Evidence) -> Decimal | None:
    """The value where it is a quantity: not a phone number, a date or a code."""
    if isinstance(evidence.value, str) and evidence.value_type not in {"amount", "number"}:
        return None
    try:
        return as_number(evidence)
    except UnresolvedReferenceError:
        return None


def names(text: str, language: Language) -> list[str]:
    """Addresses of the net, and words that look like names: capitalised inside a sentence.

    In Chinese sentences: words in Latin letters.
    """
    found = [match[0].rstrip(".") for match in _CODE_LIKE.finditer(text)]
    rest = _CODE_LIKE.sub(" ", text)
    pattern = _LATIN if language == "zh" else _CAPITALISED
    words = [match[0].rstrip(".") for match in pattern.finditer(rest)]
    return found + [w for w in words if w not in _ALWAYS_ALLOWED and not w.startswith("img_")]


def _chinese_number(word: str) -> Decimal:
    tens, has_ten, units = word.partition("十")
    if not has_ten:
        return Decimal(_CHINESE_DIGITS[word])
    return Decimal(
        10 * (_CHINESE_DIGITS[tens] if tens else 1) + (_CHINESE_DIGITS[units] if units else 0)
    )
