"""What can be checked in plain text: quotes, numbers, dates and names, found by pattern.

Pure functions on strings and evidence; `agent.grounding.check` decides what they mean for a claim.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from decimal import Decimal, InvalidOperation
from itertools import combinations

from agent.answer import Language
from agent.grounding.ledger import Ledger
from agent.grounding.naming import counts
from agent.grounding.references import UnresolvedReferenceError, as_number
from tools.evidence import Evidence

QUOTED = re.compile(r"\"([^\"]+)\"|“([^”]+)”|「([^」]+)」|『([^』]+)』|«([^»]+)»|《([^》]+)》")
_NUMBER = re.compile(r"(?<![\w.])[-−]?\d+(?:[ ,']\d{3})*(?:\.\d+)?(?!\w)|\d+(?:\.\d+)?")
_PICTURE_NUMBER = re.compile(r"\b(?:img_|(?:picture|image|photo)\s+)\d+|图\s*\d+", re.IGNORECASE)
_MONTHS = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
_DATE = re.compile(
    r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}|\d{2,4}年\d{1,2}月(?:\d{1,2}[日号])?"
    rf"|\d{{1,2}}(?:st|nd|rd|th)?[ -]?(?:{_MONTHS})[a-z]*\.?[ ,-]*\d{{2,4}}"
    rf"|(?:{_MONTHS})[a-z]*\.? \d{{1,2}}(?:st|nd|rd|th)?,? \d{{2,4}}",
    re.IGNORECASE,
)
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
    return " ".join(unicodedata.normalize("NFKC", str(content)).split())


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
    """Dates as written: 19/10/2018, 2018-10-19, 19 Oct 2018, 2018年10月19日."""
    return [match[0] for match in _DATE.finditer(text)]


def without_dates(text: str) -> str:
    """The text with its dates taken out."""
    return _DATE.sub(" ", text)


def unseen_dates(said: Sequence[str], texts: Sequence[str]) -> list[str]:
    """Which dates no text holds, in whatever notation (day first or month first)."""
    written = "\n".join(re.sub(r"\s", "", text.casefold()) for text in texts)
    others = [date for date in said if re.sub(r"\s", "", date.casefold()) not in written]
    if not others:
        return []
    seen = {reading for text in texts for date in dates(text) for reading in _readings(date)}
    return [date for date in others if not seen & _readings(date)]


def _readings(date: str) -> set[str]:
    """ISO dates that a notation can mean."""
    import dateparser

    spelled = re.sub(r"[年月]", "-", re.sub(r"[日号]", "", date))
    orders = ("YMD",) if re.match(r"\d{4}", spelled) else ("DMY", "MDY")
    parsed = (
        dateparser.parse(spelled, languages=["en"], settings={"DATE_ORDER": order})
        for order in orders
    )
    return {moment.date().isoformat() for moment in parsed if moment}


def numbers(text: str, language: Language) -> set[Decimal]:
    """Numbers in digits and small numbers in words; picture numbers do not count."""
    text = _CODE_LIKE.sub(" ", _PICTURE_NUMBER.sub(" ", text))
    found = {n for match in _NUMBER.finditer(text) if (n := _decimal(match[0])) is not None}
    if language == "zh":
        return found | {_chinese_number(match[1]) for match in _CHINESE_COUNT.finditer(text)}
    words = re.findall(r"[a-z]+", text.casefold())
    return found | {_ENGLISH_NUMBERS[word] for word in words if word in _ENGLISH_NUMBERS}


def without_numbers(text: str, language: Language) -> str:
    """The text with the numbers taken out that `numbers` finds."""
    text = _NUMBER.sub(" ", _PICTURE_NUMBER.sub(" ", text))
    if language == "zh":
        return _CHINESE_COUNT.sub(" ", text)
    return _ENGLISH_NUMBER.sub(" ", text)


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
                found = (_decimal(m[0]) for m in _NUMBER.finditer(normalise(content)))
                carried |= {n for n in found if n is not None}
        if e.value_type == "share":
            carried.add(Decimal(round(float(str(e.value)) * 100)))
    if values:
        carried.add(sum(values, Decimal(0)))
    return {n for n in wanted if n in carried or _is_difference(n, Counter(values))}


def _is_difference(number: Decimal, values: Counter[Decimal]) -> bool:
    """Whether it lies between two of the values."""
    if not number:
        return any(times > 1 for times in values.values())
    return number > 0 and any(value - number in values for value in values)


def differences(evidence: Iterable[Evidence]) -> set[Decimal]:
    """The difference of any two values."""
    values = [n for e in evidence if (n := _quantity(e)) is not None]
    return {abs(a - b) for a, b in combinations(values, 2)}


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


def _decimal(digits: str) -> Decimal | None:
    try:
        number = Decimal(re.sub(r"[ ,']", "", digits.replace("−", "-")))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _chinese_number(word: str) -> Decimal:
    tens, has_ten, units = word.partition("十")
    if not has_ten:
        return Decimal(_CHINESE_DIGITS[word])
    return Decimal(
        10 * (_CHINESE_DIGITS[tens] if tens else 1) + (_CHINESE_DIGITS[units] if units else 0)
    )
