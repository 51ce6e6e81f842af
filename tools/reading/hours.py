"""Opening hours: days, ranges of days, and the hours or "closed" beside or below them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from tools.reading.dates import dates
from tools.reading.lines import Line, union
from tools.reading.matches import Match
from tools.words.days import closed_pattern, day_pattern, days_of_words

GROUP = "opening hours"
_RANGE = r"\s*(?:[-–—~至到]|\b(?:to|bis|through|thru|à|al?|tot|hingga)\b)\s*"
_AND = r"\s*(?:[,&/+、，和及]|\b(?:and|und|et|y|e)\b)\s*"
_HAN_DAY = r"(?:周|星期|礼拜)?[一二三四五六日天]"
_HAN_DAYS = "一二三四五六日"
_TIME = r"\d{1,2}\s?(?:[:.：h]\s?\d{2})?\s?(?:[ap]\.?\s?m\.?|uhr|h|点半?|时)?"
_SPAN = re.compile(
    rf"{_TIME}\s?(?:-|–|—|~|至|到|\bto\b|\bbis\b|\btill?\b|\buntil\b)+\s?(?:(?:上|下)午|晚上?)?\s?{_TIME}"
    r"|\b24 ?(?:h|hours)\b|24小时",
    re.IGNORECASE,
)
_CLOCK = re.compile(r"(?<![\d.:])\d{1,2}[:：]\d\d(?!\d)")
_ASKED = re.compile(
    r"\b(?:opening|closing|business|office|trading|working|store|shop|visiting)[ -]"
    r"(?:hours|times?)\b|^hours$|营业时间|开放时间|开馆时间"
    r"|öffnungszeiten|horaires d.ouverture|horario|orari",
    re.IGNORECASE,
)
_OPEN = re.compile(
    r"\b(?:open|opens|opening|opened|hours|closes?|closed|closing)\b|营业|开放|[开关]门|开馆", re.I
)
_ENDS = " \t:：,，;；|.·…-–—"


@dataclass(frozen=True)
class Hours:
    """The hours of some days (1 is Monday), as printed: the days, the hours, where they stand.

    Where no days stand beside them, `days` is empty and `said_days` what heads them.
    """

    days: frozenset[int]
    said_days: str
    said_hours: str
    lines: tuple[Line, ...]

    @property
    def is_closed(self) -> bool:
        """Whether it says that it is closed then."""
        return not _gives_times(self.said_hours)


def hours_matches(lines: Sequence[Line], query: str) -> list[Match] | None:
    """The hours of the day that is asked for, else all; None where the query asks for none.

    No match where the page gives hours, but none for that day.
    """
    asked = days_in(query)
    if not (_ASKED.search(query) or (asked and (_is_day(query) or _OPEN.search(query)))):
        return None
    found = hours_of(lines)
    if not found:
        return None
    if not asked:
        return [_match(hours, listed=True) for hours in found]
    fitting = [hours for hours in found if asked <= hours.days]
    fewest = min((len(hours.days) for hours in fitting), default=0)
    return [_match(hours, listed=False) for hours in fitting if len(hours.days) == fewest]


def days_in(text: str) -> frozenset[int]:
    """The days that a text names; none without any."""
    match = _days_pattern().search(text)
    return _days(match[0]) if match else frozenset()


def covers(text: str, days: frozenset[int]) -> bool:
    """Whether one expression of a text names all these days ("Mon - Fri" names Tuesday)."""
    return any(days <= _days(match[0]) for match in _days_pattern().finditer(text))


def hours_of(lines: Sequence[Line]) -> list[Hours]:
    """The opening hours that a page gives, top to bottom; none without any times of day."""
    found: list[Hours] = []
    waiting: tuple[str, Line] | None = None
    for line in lines:
        text = line.text
        spans = list(_days_pattern().finditer(text))
        if not spans and waiting and _is_hours(text):
            found.append(_hours(waiting[0], text, (waiting[1], line)))
        waiting = None
        if not spans and (label := _ASKED.match(text)) and _is_hours(text[label.end() :]):
            found.append(Hours(frozenset(), label[0], text[label.end() :].strip(_ENDS), (line,)))
        for number, match in enumerate(spans):
            following = spans[number + 1].start() if number + 1 < len(spans) else len(text)
            behind = text[match.end() : following].strip(_ENDS)
            before = text[: match.start()].strip(_ENDS) if len(spans) == 1 else ""
            hours = next((part for part in (behind, before) if _is_hours(part)), None)
            if hours is not None:
                found.append(_hours(match[0], hours, (line,)))
            elif not behind and len(spans) == 1:
                waiting = (match[0], line)
    return found if any(not hours.is_closed for hours in found) else []


def _hours(days: str, hours: str, lines: tuple[Line, ...]) -> Hours:
    return Hours(_days(days), days, hours, lines)


def _is_hours(text: str) -> bool:
    """Whether a text is hours or "closed", and not a date nor a sentence."""
    if dates(text) or len(text) > 60:
        return False
    closed = closed_pattern().search(text)
    return _gives_times(text) or (closed is not None and len(text) <= len(closed[0]) + 12)


def _gives_times(text: str) -> bool:
    """Whether a text gives a span of time, or its ends in cells of their own."""
    return bool(_SPAN.search(text)) or len(_CLOCK.findall(text)) > 1


def _is_day(query: str) -> bool:
    match = _days_pattern().search(query)
    return match is not None and len(query.strip(" ?？.")) <= len(match[0]) + 4


@cache
def _days_pattern() -> re.Pattern[str]:
    day = f"(?:{day_pattern().pattern})"
    joined = f"(?:{_RANGE}|{_AND})(?:{day}|{_HAN_DAY})"
    return re.compile(f"{day}\\.?(?:{joined}\\.?)*", re.IGNORECASE)


def _days(text: str) -> frozenset[int]:
    """The days of an expression: "Mon - Wed, Sat" is 1, 2, 3 and 6."""
    words = [*re.finditer(f"{day_pattern().pattern}|{_HAN_DAY}", text, re.IGNORECASE)]
    days: set[int] = set()
    last: int | None = None
    end = 0
    for word in words:
        here = _days_of(word[0])
        is_range = re.fullmatch(rf"\.?{_RANGE}", text[end : word.start()], re.IGNORECASE)
        if is_range and last is not None:
            stop = min(here)
            span = range(last, stop + 1 + 7 * (last > stop))  # Sat - Mon goes over the week's end
            days |= {(day - 1) % 7 + 1 for day in span}
        days |= here
        last, end = max(here), word.end()
    return frozenset(days)


def _days_of(word: str) -> frozenset[int]:
    known = days_of_words().get(word.casefold())
    return known or frozenset({_HAN_DAYS.index(word[-1].replace("天", "日")) + 1})


def _match(hours: Hours, *, listed: bool) -> Match:
    return Match(
        hours.said_hours,
        "time",
        "\n".join(line.text for line in hours.lines),
        union([line.box_xyxy for line in hours.lines]),
        0.95 * min(line.score for line in hours.lines),
        label=hours.said_days if listed else None,
        group=GROUP if listed else None,
    )
