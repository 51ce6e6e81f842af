"""Where the maker of a document is: the block of lines that makes an address.

Judged by form only (`tools.reading.postal`, and words for the streets and places of Malaysia, whose
addresses have no one order); there is no list of towns.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from tools.reading.amounts import amounts
from tools.reading.cues import (
    ADDRESS_END,
    ADDRESS_LABEL,
    BRANCH,
    INLINE_LABEL,
    OTHER_LABEL,
    PLACE,
    POSTCODE,
    REGISTRATION,
    STREET,
    STREET_START,
    aside,
)
from tools.reading.dates import dates
from tools.reading.labels import plain
from tools.reading.lines import Line
from tools.reading.postal import Mark, is_country, marks_of, set_right
from tools.reading.values import emails, phones, urls

HEADER_LINES = 22
"""The sender stands in the first lines of a document."""
MIN_NAME = 3
"""Letters that a word of a name has, to tell it by."""
MAX_TOWN_WORDS = 4
"""A line of so few words without a digit below a street may be the town."""


@dataclass(frozen=True)
class Block:
    """A name or an address with the lines that it was read from.

    A disputed one has a rival among its lines, and nothing tells which of them is right.
    """

    value: str
    lines: tuple[Line, ...]
    score: float
    is_disputed: bool = False


@dataclass(frozen=True)
class AddressLines:
    """The lines of a head, and what part of an address each is."""

    lines: tuple[Line, ...]
    marks: tuple[Mark | None, ...]

    @classmethod
    def of(cls, lines: Sequence[Line]) -> Self:
        """Looks at each line and its neighbours."""
        return cls(tuple(lines), tuple(marks_of(lines)))

    def is_part(self, index: int) -> bool:
        """Whether a line by itself is a part of an address."""
        text = plain(self.lines[index].text)
        cues = len(STREET.findall(text)) + 2 * len(POSTCODE.findall(text))
        cues += len(PLACE.findall(text))
        is_marked = self.marks[index] in ("street", "unit", "town")
        return is_marked or cues >= 2 or bool(STREET_START.match(text))

    def has_amount(self, index: int) -> bool:
        """Whether a line holds a sum of money; in "Flat 2, 19 Station Road" nothing is one."""
        is_house = self.marks[index] in ("street", "unit")
        return not is_house and bool(amounts(self.lines[index].text))

    def inside(self) -> set[int]:
        """The lines that stand in a run of address lines, as indices."""
        found: set[int] = set()
        index = 0
        while index < len(self.lines):
            end = self.run(index)
            if end - index > 1 or (end > index and self.points(index, end) > 0.8):
                found.update(range(index, end))
            index = max(end, index + 1)
        return found

    def run(self, start: int, *, labelled: bool = False) -> int:
        """End (exclusive) of the run of address lines from `start`; `start` if there is none."""
        if not labelled and not self._opens(start):
            return start
        end = start + 1
        while end < len(self.lines) and self._goes_on(end, start):
            end += 1
        return end

    def extended_up(self, start: int, names: Sequence[Line]) -> int:
        """The first line of the address where its beginning has no word for a street."""
        while start:
            upper, lower = self.lines[start - 1], self.lines[start]
            far = lower.level_xyxy[1] - upper.level_xyxy[3] > 0.8 * max(upper.height, lower.height)
            named = any(upper is line for line in names) or _is_branch(upper, names)
            opens = (
                re.search(r"\d|,\s*$", upper.text) is not None
                or self.marks[start - 1] is not None
                or STREET.search(plain(upper.text)) is not None
                or (self.marks[start] == "town" and self._is_below_cue(start - 1))
            )
            if far or named or not opens or not self._may_stand_in(start - 1):
                break
            start -= 1
        return start

    def points(self, start: int, end: int) -> float:
        """How much the form of lines speaks for an address."""
        marks = self.marks[start:end]
        text = plain(" ".join(line.text for line in self.lines[start:end]))
        street = 0.3 * min(len(STREET.findall(text)), 4)
        town = 0.8 if "town" in marks or POSTCODE.search(text) else 0.0
        points = max(street, 0.9 if "street" in marks else 0.5 if "unit" in marks else 0.0)
        return points + 0.2 * min(len(PLACE.findall(text)), 2) + town + 0.2 * (end - start > 1)

    def block(self, start: int, end: int, points: float) -> Block:
        """The address in these lines."""
        run = self.lines[start:end]
        value = " ".join(set_right(_before_label(line.text)) for line in run)
        value = ADDRESS_LABEL.sub("", re.sub(r"\s+", " ", value).strip(" :|-"))
        score = min(0.95, 0.3 + 0.25 * points) * min(1.0, min(line.score for line in run) + 0.1)
        return Block(value, run, score)

    def _opens(self, index: int) -> bool:
        raw = _before_label(self.lines[index].text.strip())
        ends = raw.endswith((",", "."))
        is_place = bool(PLACE.search(plain(raw)) and ends)
        return self._may_stand_in(index) and (self.is_part(index) or is_place)

    def _may_stand_in(self, index: int) -> bool:
        """Whether a line holds nothing that no address holds."""
        raw = _before_label(self.lines[index].text.strip())
        text = plain(raw)
        if self.marks[index] == "town":
            return True
        if (
            ADDRESS_END.search(STREET.sub(" ", text))
            or OTHER_LABEL.match(raw)
            or aside().match(text)
        ):
            return False
        if any(find(raw) for find in (dates, emails, urls)) or self.has_amount(index):
            return False
        if self.marks[index] is None and phones(raw):
            return False
        if REGISTRATION.search(text) or re.match(r"^\(.*\)$", raw):
            return False
        return self.marks[index] == "unit" or bool(re.search(r"[^\W\d]{2}|\d{5}", text))

    def _goes_on(self, index: int, start: int) -> bool:
        """Whether the address that began at `start` goes on with this line."""
        line, before = self.lines[index], self.lines[index - 1]
        far = line.level_xyxy[1] - before.level_xyxy[3] > 1.2 * max(line.height, before.height)
        if far or not self._may_stand_in(index):
            return False
        if self._is_closed(index - 1):
            return self._follows_close(index)
        return "street" not in self.marks[start:index] or self._is_below_street(index)

    def _is_closed(self, index: int) -> bool:
        """Whether an address may end here: a town, or the last words name a state or country."""
        text = plain(self.lines[index].text)
        is_town = self.marks[index] == "town" or bool(POSTCODE.search(self._without_house(index)))
        has_label = self.lines[index].text != _before_label(self.lines[index].text)
        return is_town or has_label or bool(re.search(rf"(?:{PLACE.pattern})\W*$", text))

    def _without_house(self, index: int) -> str:
        """A line without the number before a street, which may have five digits like a postcode."""
        text = plain(self.lines[index].text)
        return re.sub(r"^\d+ ", "", text) if self.marks[index] == "street" else text

    def _follows_close(self, index: int) -> bool:
        """What may still follow a postcode: the state, the town, a branch number with its place."""
        text = plain(self.lines[index].text)
        is_rest = is_country(text) or (
            self.marks[index] == "town" and not re.search(r"\s.*\s", text)
        )
        branch = BRANCH.match(self.lines[index].text)
        return is_rest or bool(PLACE.search(text) or POSTCODE.match(text) or branch)

    def _is_below_cue(self, index: int) -> bool:
        """Whether a line without a digit stands below one with a word for a street."""
        above = plain(self.lines[index - 1].text) if index else ""
        return bool(STREET.search(above)) and not re.search(r"\d", self.lines[index].text)

    def _is_below_street(self, index: int) -> bool:
        """Below a street: a part of an address, what has one close below, or a town's name."""
        text = plain(self.lines[index].text)
        ahead = self.marks[index : index + 3]
        is_short = len(text.split()) <= MAX_TOWN_WORDS and not re.search(r"\d", text)
        return "town" in ahead or bool(self.marks[index]) or self.is_part(index) or is_short


def address_in(lines: Sequence[Line], names: Sequence[Line]) -> Block | None:
    """The address behind its label, or of the first lines; None if no block looks like one.

    `names` are the lines of the sender's name, below which its address is expected.
    """
    page = AddressLines.of(lines)
    for index, line in enumerate(lines):
        if ADDRESS_LABEL.match(line.text):
            end = max(page.run(index, labelled=True), index + 1)
            block = page.block(index, end, max(page.points(index, end), 1.2))
            if block.value:
                return block
    return _unlabelled(AddressLines.of(lines[:HEADER_LINES]), names)


def _unlabelled(head: AddressLines, names: Sequence[Line]) -> Block | None:
    best: tuple[float, Block] | None = None
    index = 0
    while index < len(head.lines):
        end = head.run(index)
        if end == index:
            index += 1
            continue
        start = head.extended_up(index, names)
        while start < end and head.lines[start] in names:
            start += 1
        if start + 1 < end and plain(head.lines[start].text) in plain(head.lines[start + 1].text):
            start += 1  # a heading: the address says it itself
        points = head.points(start, end) if start < end else 0.0
        rank = points - 0.03 * index + _near_name(head.lines, start, names)
        if points > 0.5 and (best is None or rank > best[0] + 0.25):
            best = (rank, head.block(start, end, points))
        index = end
    return best[1] if best else None


def _is_branch(line: Line, names: Sequence[Line]) -> bool:
    """Whether a line begins like the sender's name: so its branches are called."""
    first, *_ = plain(line.text).split() or [""]
    named = plain(names[0].text).split() if names else []
    return len(first) >= MIN_NAME and named[:1] == [first]


def _near_name(lines: Sequence[Line], start: int, names: Sequence[Line]) -> float:
    """The sender's address stands right below the name; a later one may be another's."""
    at = [index for index, line in enumerate(lines) if line in names]
    return 0.6 if at and 0 < start - at[-1] <= 4 else 0.0


def _before_label(text: str) -> str:
    """A line up to a telephone or registration number that stands behind the address in it."""
    return INLINE_LABEL.split(text, maxsplit=1)[0].strip() or text
