"""The dates of a document and its time: which of the printed ones is the one that is asked for."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from tools.reading.date_order import readings_of
from tools.reading.dates import Day, dates, months
from tools.reading.labels import FieldKind, plain
from tools.reading.lines import Line, Word, overlap
from tools.reading.matches import Match, disagreeing, match_of
from tools.reading.named import named
from tools.reading.typed import Typed
from tools.reading.values import times

_OTHER_DATE = re.compile(
    r"\b(?:due|exp(?:iry|ires)?|best before|valid(?! on\b)|until|print(?:ed)?|member|birth|dob"
    r"|since|delivery|ship(?:ped|ping)?|dispatch(?:ed)?|next|upcoming|following|act|zahlbar|fallig\w*|liefer\w*|echeance|vencimiento|scadenza|vervaldatum)\b|到期|有效|打印"
)
_DATE_ALONE = re.compile(r"(?:date|dated|tarikh|datum|fecha|日期)")
"""The label of *the* date: two such dates that differ contradict each other."""
_DATE_LABEL = re.compile(r"\b(?:date|dated|tarikh|dt|cate|data|\w*datum|fecha)\b|日期|时间")


def date_of(lines: Sequence[Line], _: FieldKind) -> Match | None:
    """The date of the document: labelled dates first, print and due dates last."""
    ranked: list[tuple[float, Typed, Line]] = []
    labelled: dict[frozenset[Day], Line] = {}
    for order, line in enumerate(lines):
        for typed in dates(line.text):
            before = plain(line.text[: typed.start])
            is_other = bool(_OTHER_DATE.search(before))
            points = 1.0 - 0.3 * order / max(len(lines), 1)
            points += 1.0 if _DATE_LABEL.search(before) else 0.0
            points += 0.4 if times(line.text) else 0.0
            points -= 1.5 if is_other else 0.0
            points -= 1.5 if not 1980 <= typed.parsed.year <= 2060 else 0.0
            points -= 0.8 if typed.value.isdigit() else 0.0
            points += _date_above(lines, order)
            is_the_date = bool(_DATE_ALONE.fullmatch(_own_label(lines, order, typed)))
            points += 0.8 if is_the_date else 0.0
            ranked.append((points, typed, line))
            if (is_the_date or _DATE_ALONE.fullmatch(before)) and not is_other:
                labelled.setdefault(typed.readings, line)
    if not ranked:
        return None
    if len(labelled) > 1:
        return disagreeing(list(labelled.values()))
    points, typed, line = max(ranked, key=lambda item: item[0])
    rivals = [p for p, other, _ in ranked if other.parsed != typed.parsed]
    margin = points - max(rivals) if rivals else 2.0
    score = 0.95 if margin >= 1.0 else 0.8 if margin >= 0.3 else 0.6
    score = score if points > 0 else 0.4
    return match_of(typed.value, "date", [line], score * min(1.0, line.score + 0.05))


def _own_label(lines: Sequence[Line], order: int, typed: Typed) -> str:
    """What labels a date in its own cell, in the cell before, or alone above it; plain."""
    words = lines[order].words
    word = lines[order].word_at(typed.end)
    own = plain(word.text.partition(typed.value)[0])
    at = words.index(word)
    if own or at:
        return own or plain(words[at - 1].text)
    return plain(_head_over(word, lines[order - 1])) if order else ""


def with_order(match: Match, lines: Sequence[Line]) -> Match:
    """A date that could be two days, with the line of another date in its text that settles which.

    The box stays that of the date itself.
    """
    value = match.value or ""
    alone = readings_of(value, match.text)
    page = "\n".join([match.text, *(line.text for line in lines)])
    if len(alone) < 2 or len(readings_of(value, page)) == len(alone):
        return match
    for line in lines:
        text = f"{match.text}\n{line.text}"
        if dates(line.text) and len(readings_of(value, text)) < len(alone):
            return replace(match, text=text)
    return match


def _date_above(lines: Sequence[Line], order: int) -> float:
    """A lone label "Date" in the line above counts a little."""
    above = plain(lines[order - 1].text) if order else ""
    return 0.5 if len(above) < 24 and _DATE_LABEL.search(above) and not dates(above) else 0.0


def labelled_date_of(lines: Sequence[Line], field: FieldKind) -> Match | None:
    """A date or month with a label of its own kind before it, or in the line above."""
    names = sorted(map(plain, field.names), key=len, reverse=True)
    label = re.compile("|".join(_whole_word(name) for name in names))
    beside: dict[frozenset[Day], Match] = {}
    below: list[Match] = []
    for order, line in enumerate(lines):
        end = 0
        for typed in sorted(_dates_in(line), key=lambda typed: typed.start):
            before, end = line.text[end : typed.start], typed.end
            if label.search(plain(before)):
                found = match_of(typed.value, "date", [line], 0.9 * line.score)
                beside.setdefault(typed.readings, found)
                continue
            above = lines[order - 1] if order else None
            head = _head_over(line.word_at(typed.end), above) if above else ""
            if above and label.search(plain(head)):
                below.append(match_of(typed.value, "date", [above, line], 0.7 * line.score))
    if len(beside) > 1:
        return disagreeing([line for line in lines for m in beside.values() if m.text == line.text])
    return next(iter([*beside.values(), *below]), None)


def _dates_in(line: Line) -> list[Typed]:
    return [*dates(line.text), *months(line.text, short=True)]


def _head_over(word: Word, above: Line) -> str:
    """What stands above a word: the boxes over it, or the whole line where that is one box."""
    if _dates_in(above):
        return ""
    over = [other.text for other in above.words if overlap(other, word) > 0]
    return " ".join(over) if len(above.words) > 1 else above.text


def _whole_word(name: str) -> str:
    escaped = re.escape(name)
    return rf"(?<![^\W\d_]){escaped}(?![^\W\d_])" if name.isascii() else escaped


def time_of(lines: Sequence[Line], field: FieldKind) -> Match | None:
    """The time on the line of the document's date, else the first labelled one, else the first."""
    day = date_of(lines, field)
    found = [(line, typed) for line in lines for typed in times(line.text)]
    if not found:
        return None

    def rank(item: tuple[Line, Typed]) -> int:
        line, typed = item
        if day is not None and line.text == day.text:
            return 0
        label = plain(line.text[: typed.start])
        return 1 if re.search(r"\b(?:time|tme|tlme|masa)\b|时间", label) else 2

    line, typed = min(found, key=rank)
    sure = {0: 0.9, 1: 0.85, 2: 0.8 if len(found) == 1 else 0.55}[rank((line, typed))]
    return match_of(typed.value, "time", [line], sure * line.score)


def bound_of(lines: Sequence[Line], field: FieldKind) -> Match | None:
    """When something starts or ends: behind such a label, or the only time of the page's range."""
    labelled = named(lines, field)
    if labelled is not None:
        return labelled
    found = [(line, typed) for line in lines for typed in times(line.text)]
    is_start = field.name == "start time"
    if len(found) == 2 and found[0][0] is found[1][0]:
        line, typed = found[0 if is_start else 1]
        return match_of(typed.value, "time", [line], 0.8 * line.score)
    if len(found) != 1 or not is_start:
        return None
    ((line, typed),) = found
    return match_of(typed.value, "time", [line], 0.8 * line.score)
