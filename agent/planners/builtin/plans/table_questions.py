"""Which questions ask for a cell or a column of a table, in English and Chinese: by pattern.

"What is the unit price of the oak shelf?", "What costs 3.80?", "When do they open on Sunday?",
墨盒的单价是多少？ Each comes with the query that `read_text` answers. Planning is
`plans.tables`'.
"""

from __future__ import annotations

import re
from functools import cache

from agent.planners.builtin.plans import table_questions_zh
from agent.planners.builtin.plans.table_forms import (
    CURRENCY,
    NUMBER,
    OPEN,
    Form,
    TableQuestion,
    extreme,
    is_item,
    of_number,
)
from tools.reading.asked import AMOUNT, PRICE, QUANTITY, UNIT_PRICE, is_whole_column
from tools.reading.hours import days_in
from tools.words.columns import words_for_column
from tools.words.days import day_pattern
from tools.words.picture_words import english_words
from tools.words.predicates import pattern_of
from tools.words.sentences import label_words
from tools.words.units import unit_names

ITEMS, HOURS = "items", "opening hours"


def table_question(text: str) -> TableQuestion | None:
    """The question as one to a table; None for every other."""
    said = " ".join(text.replace("’", "'").split()).strip(" .?!？。！")
    readers = table_questions_zh.READERS if re.search(r"[\u3400-\u9fff]", said) else _ENGLISH
    return next(filter(None, (read(said) for read in readers)), None)


_ON = (
    r"(?: (?:on|in|at|from|of) (?:the|this) (?:menu|bill|receipt|invoice|list|price list|order|"
    r"picture|image|photo|table|shop|sign|board|card|café|cafe|restaurant|document|check|quote))?"
)
_BE = r"(?:is|was|are|were|'s)"
_X = r"(?P<x>.+?)"
_DOER = r"(?:(?:they|we|i|you|he|she|the (?:customer|client|buyer)) )?"
_EACH = r"(?P<each> each| apiece| per piece| per unit| a piece)?"
_WILL = r"(?:do|does|did|would|will)"
_BOUGHT = r"(?:ordered|bought|sold|purchased|delivered|billed|charged|invoiced|listed)"
_PAPER = (
    r"(?:menu|bill|receipt|invoice|list|price list|order|delivery note|quote|table|sign|board|"
    r"picture|image|photo)"
)


def _all(*patterns: str) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(pattern, re.IGNORECASE) for pattern in patterns)


_PRICE_OF = _all(
    rf"(?:what|how much) {_WILL} {_X} cost{_EACH}{_ON}",
    rf"how (?:much|expensive) {_BE} {_X}{_EACH}{_ON}",
    rf"(?:how much|what) {_WILL} {_DOER}(?:charge|ask|want) for {_X}{_ON}",
    rf"how much for {_X}{_ON}",
    rf"what(?:'s| is) (?:the )?{_X}['’]?s price{_ON}",
)
_PAID_FOR = _all(
    rf"how much (?:was|were|{_WILL} {_DOER}?) ?(?:paid|pay|spent|spend|charged) (?:for|on) "
    rf"(?:all )?(?:the )?{_X}(?: altogether| in total| in all)?{_ON}",
    rf"what (?:was|were) (?:paid|charged) for {_X}(?: altogether| in total| in all)?{_ON}",
)
_COUNT_OF = _all(
    rf"how many (?:pieces of |units of |portions of )?{_X} (?:were|was|are|is|have|has) "
    rf"(?:been )?{_BOUGHT}\b.*",
    rf"how many (?:pieces of |units of |portions of )?{_X} (?:did|do) {_DOER}"
    r"(?:order|buy|purchase|sell|have|get)\b.*",
    rf"how many {_X}(?: (?:is|are|were))?(?: there)? (?:on|in) (?:the|this) {_PAPER}",
    rf"how many {_X} (?:are|were) there{_ON}",
    rf"what is the number of {_X} (?:on|in) (?:the|this) {_PAPER}",
)
_COUNT = re.compile(r"how many (?P<x>[^\W\d_]+(?: [^\W\d_]+){0,2})", re.IGNORECASE)
"""Without a verb: what is no thing to be seen may be an item."""
_ORDERED = 2
"""So many of these speak of what was ordered; the others of things, which may be anything."""
_ROWS = _all(
    rf"(?:what|which) {_X} (?:are|is|were|was) (?:there )?(?:(?:on|in) (?:the|this) {_PAPER}|"
    rf"{_BOUGHT})(?: .{{0,30}})?",
    rf"what (?:is|was) (?:(?:on|in) (?:the|this) (?P<x>menu)|(?P<bought>{_BOUGHT}))(?: .{{0,30}})?",
    rf"(?:list|name) (?:all )?(?:the )?{_X}(?: (?:on|in) (?:the|this) {_PAPER})",
)
_SCORED = re.compile(
    r"how many (?P<column>[a-z]+(?: [a-z]+)?) (?:does|do|did|has|have) "
    rf"{_X}(?: (?:have|get|got|score|scored|play|played|win|won|lose|lost|make|made|take))?{_ON}",
    re.IGNORECASE,
)
_PER = re.compile(
    rf"how much {_X} (?:(?:is|are) )?(?:there )?"
    r"(?P<per>(?:in|per) (?!(?:it|this|there|total|all)\b)(?:an? |one |the )?\S+(?: (?!of\b)\S+)?)",
    re.IGNORECASE,
)
_OWN = re.compile(rf"how much {_X} (?:does|do) (?:it|this|they) have", re.IGNORECASE)
_STOP = re.compile(
    rf"(?:when|(?:at )?what time) (?:does|do|is|are|will) {_X} "
    r"(?:leave|leaving|depart(?:ing)? from|arrive at|arriving at|arrive in|reach|stop at|stop in|"
    r"get to|at|in) (?P<place>.+)",
    re.IGNORECASE,
)
_TRAVELS = re.compile(
    rf"(?:when|(?:at )?what time) (?:does|do|will) (?:the )?{_X} "
    rf"(?P<verb>leave|depart|arrive){_ON}",
    re.IGNORECASE,
)
_COSTS = re.compile(
    rf"(?:what|which(?: \w+){{0,2}})(?: \w+)? (?:costs?|is priced at) (?:exactly )?{NUMBER}{_ON}",
    re.IGNORECASE,
)
_LESS = r"(?P<less>less than|cheaper than|under|below|up to|at most|no more than|not more than)"
_MORE = r"(?P<more>more than|dearer than|over|above|at least|no less than|not less than)"
_COMPARED = re.compile(
    r".*\b(?:anything|something|any|what|which|item|dish)\b.*?"
    rf"(?:{_LESS}|{_MORE}) {NUMBER}{_ON}.{{0,12}}",
    re.IGNORECASE,
)
_OF_MONEY = re.compile(
    rf"\b(?:anything|something|costs?|costing|priced|cheaper|dearer|price)\b|{CURRENCY}", re.I
)
_INCLUSIVE = re.compile(r"up to|at most|no |not |at least|不超过|不低于|以内|至少|最多")
_LEAST, _MOST = (
    re.compile(rf"\b(?:{words})\b", re.IGNORECASE)
    for words in (
        "cheapest|least expensive|lowest[- ]priced?|costs? (?:the )?least|lowest price",
        "most expensive|dearest|priciest|highest[- ]priced?|costs? (?:the )?most|highest price",
    )
)
_HOURS = re.compile(
    r"\b(?:opening|closing|business|office|trading|store|shop|visiting) (?:hours|times?)\b"
    r"|^(?:what )?hours\b"
    r"|^(?:(?:at|until|till|from|after) )?(?:what time|when)\b.*\b(?:open|close|shut)(?:s|d|ed)?\b",
    re.IGNORECASE,
)
_SINGLE = re.compile(r"^(?:one|an? single|each) (?=\S)", re.IGNORECASE)
_ON_BILL = re.compile(r"\b(?:bill|receipt|invoice|order|delivery note|quote)$", re.IGNORECASE)
_LATIN = re.compile(r"[\x20-\x7e]*[a-z]{3}[\x20-\x7e]*")


def _english_named(said: str) -> TableQuestion | None:
    """A column by its name: "the unit price of the door handle"."""
    for name, pattern in _named_columns():
        if (match := pattern.fullmatch(said)) and is_item(match["x"]):
            return TableQuestion("cell", f"{name} of the {match['x']}")
    return None


def _english_price(said: str) -> TableQuestion | None:
    for pattern in _PRICE_OF:
        if (match := pattern.fullmatch(said)) and is_item(match["x"]):
            x = _SINGLE.sub("", match["x"])
            each = match.groupdict().get("each") or x != match["x"]
            return TableQuestion("cell", f"{UNIT_PRICE if each else PRICE} of {x}")
    for pattern in _PAID_FOR:
        if (match := pattern.fullmatch(said)) and is_item(match["x"]):
            return TableQuestion("cell", f"{AMOUNT} of {match['x']}")
    return None


def _english_count(said: str) -> TableQuestion | None:
    for number, pattern in enumerate(_COUNT_OF):
        match = pattern.fullmatch(said)
        if match is None:
            continue
        x = re.sub(r"^(?:different|distinct|kinds of|types of) ", "", match["x"], flags=re.I)
        if is_whole_column(x):
            return TableQuestion("count", ITEMS)
        is_bill = number < _ORDERED or _ON_BILL.search(said)
        if is_bill and is_item(x):
            return TableQuestion("cell", f"{QUANTITY} of {x}")
    match = _COUNT.fullmatch(said)
    if match is None or not is_item(match["x"]) or _is_counted_otherwise(match["x"]):
        return None
    return TableQuestion("cell", f"{QUANTITY} of {match['x']}")


def _is_counted_otherwise(x: str) -> bool:
    """Whether what is counted are things to be seen, measures, or what a picture is made of."""
    words = x.casefold().split()
    units = unit_names().keys() & {*words, *(word.removesuffix("s") for word in words)}
    return bool(label_words(x, "en") or units or _left_out().search(x))


@cache
def _left_out() -> re.Pattern[str]:
    """Words for pictures, texts and what is written in them."""
    return re.compile(rf"{pattern_of('en').pattern}|{english_words()}", re.IGNORECASE)


def _english_rows(said: str) -> TableQuestion | None:
    for pattern in _ROWS:
        match = pattern.fullmatch(said)
        if match and (match.groupdict().get("bought") or is_whole_column(match["x"] or "")):
            return TableQuestion("list", ITEMS)
    return None


def _english_other(said: str) -> TableQuestion | None:
    match = _SCORED.fullmatch(said)
    if match and is_item(match["x"]) and not label_words(match["column"], "en"):
        return TableQuestion("cell", f"{match['column'].casefold()} of {match['x']}")
    if (match := _PER.fullmatch(said)) and is_item(match["x"]):
        return TableQuestion("cell", f"{match['x']} {match['per']}")
    if (match := _OWN.fullmatch(said)) and is_item(match["x"]):
        return TableQuestion("cell", match["x"])
    if match := _TRAVELS.fullmatch(said):
        column = "arrival" if match["verb"].casefold() == "arrive" else "departure"
        return TableQuestion("cell", f"{column} of {match['x']}")
    if (match := _STOP.fullmatch(said)) and not OPEN.search(said):
        return TableQuestion("cell", f"{match['x']} at {match['place']}")
    return None


def _by_price(said: str) -> TableQuestion | None:
    """The rows by their price, in English."""
    if match := _COSTS.fullmatch(said):
        return of_number("equal", ITEMS, match["number"], inclusive=True)
    if (match := _COMPARED.fullmatch(said)) and _OF_MONEY.search(said):
        form: Form = "less" if match["less"] else "more"
        word = match["less"] or match["more"]
        inclusive = _INCLUSIVE.search(word.casefold()) is not None
        return of_number(form, ITEMS, match["number"], inclusive=inclusive)
    return extreme(said, ITEMS, _LEAST, _MOST)


def _english_hours(said: str) -> TableQuestion | None:
    day = day_pattern().search(said) if days_in(said) else None
    if _HOURS.search(said) or (day and OPEN.search(said)):
        return TableQuestion("hours", f"{HOURS} on {day[0]}" if day else HOURS)
    return None


@cache
def _named_columns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """For each column "(what is the) unit price of X"."""
    patterns = []
    for name in (UNIT_PRICE, QUANTITY, AMOUNT, PRICE):
        words = sorted(filter(_LATIN.fullmatch, words_for_column(name)), key=len, reverse=True)
        column = "|".join(map(re.escape, words))
        asks = rf"(?:(?:what|how much|tell me|give me)(?: {_BE}|'s)? )?(?:the )?"
        behind = rf"(?: (?:was|were) {_BOUGHT})?{_ON}"
        pattern = rf"{asks}(?:{column}) (?:of|for) (?:the |an? )?{_X}{behind}"
        patterns.append((name, re.compile(pattern, re.IGNORECASE)))
    return tuple(patterns)


_ENGLISH = (
    _english_hours, _by_price, _english_named, _english_price, _english_count, _english_rows,
    _english_other,
)  # fmt: skip
