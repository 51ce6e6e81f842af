"""Who made the document, and where they are.

Judged by form only (legal suffixes, what stands next to a registration number or above an address);
there is no list of companies. A page that labels its parties (`tools.reading.parties`) says it
itself, and what is the recipient's is left out.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Self

from tools.reading.address import HEADER_LINES, AddressLines, Block, address_in
from tools.reading.amounts import amounts
from tools.reading.cues import (
    FORMER_NAME,
    NAME_LABEL,
    NOT_NAME,
    ONLY_FORM,
    OTHERS_LABEL,
    OTHERS_NAME,
    REGISTRATION,
    RUN_ON_FORM,
    TRAILING_BRANCH,
    TRAILING_REGISTRATION,
    aside,
    greeting,
    legal_form,
    trade,
)
from tools.reading.dates import dates
from tools.reading.labels import plain
from tools.reading.lines import Line
from tools.reading.parties import Party, cells_of, own_lines, parties_of
from tools.reading.postal import are_near, without_counties
from tools.reading.values import emails, phones

TOP_LINES, LARGE = 3, 1.12
"""A line at the top whose letters are so much larger than is usual on the page is a heading."""
BIG = 1.3
"""Two lines in letters so much larger than is usual are one name."""
ABOVE_ADDRESS = 3
"""A name stands at most so many lines above its address: a slogan may lie between."""
BELOW_HEAD = 1.5
"""Points that a name loses below the first date or amount."""
NEARLY = 1.2
"""Points that a line above the name may have less than it, and be the name all the same."""
ALIKE, FAR_SMALLER = 1.25, 2.2
"""Heights of letters of one size differ by no more; letters so much smaller are no heading's."""
SURE_NAME = 0.5
"""A name at the head of a page with such a score is believed before a labelled one below it."""
_STATES = re.compile(r"\b(?:is|are|was|were|has|have)\b")
"""A verb: the line says something of a name and is none."""


def company_of(lines: Sequence[Line]) -> Block | None:
    """The name of the sender, registration number and branch left out; None if nothing fits."""
    parties = parties_of(lines)
    own = own_lines(lines, parties)
    labelled = _labelled_name(own) or _labelled_sender(parties)
    head = Head.of(own[:HEADER_LINES])
    blocks = [(points, block) for points, block in map(head.named, range(len(own))) if block]
    headed = max(blocks, key=lambda pair: pair[0])[1] if blocks else None
    named = _labelled_or_headed(labelled, headed)
    if named is not None and named is headed:
        rivals = head.rivals(named)
    else:
        rivals = _heading_beside(head.lines, headed, labelled)
    if named is None or not rivals:
        return named
    return Block(named.value, (*named.lines, *rivals), named.score, is_disputed=True)


def _heading_beside(
    header: Sequence[Line], headed: Block | None, labelled: Block | None
) -> list[Line]:
    """The lines of another name that heads the page, where a labelled one is believed."""
    if headed is None or labelled is None or _is_same(headed, labelled):
        return []
    return [line for line in headed.lines if line in header[:1]]


def _is_same(one: Block, other: Block) -> bool:
    from rapidfuzz import fuzz

    return fuzz.partial_ratio(one.value.casefold(), other.value.casefold()) >= 90


def _set_alike(one: Line, named: Line) -> bool:
    """Whether a line begins, or is centred, where the name is, in letters no smaller than its.

    In much smaller ones something is said of the name; so it is below the largest.
    """
    above = one.level_xyxy[1] < named.level_xyxy[1]
    alike = one.height * (ALIKE if above else FAR_SMALLER) >= named.height
    (left, _, right, _), (other_left, _, other_right, _) = one.level_xyxy, named.level_xyxy
    apart = min(abs(left - other_left), abs(left + right - other_left - other_right) / 2)
    return alike and apart < 0.5 * max(one.height, named.height)


def address_of(lines: Sequence[Line]) -> Block | None:
    """The sender's address, its lines joined by spaces; None if no block looks like one."""
    company = company_of(lines)
    return address_in(sender_lines(lines), company.lines if company else ())


def sender_lines(lines: Sequence[Line]) -> list[Line]:
    """The lines without what is labelled as the recipient's."""
    return own_lines(lines, parties_of(lines))


def name_of(party: Party) -> Block:
    """The name of a labelled party."""
    line = party.lines[0]
    return Block(_clean_name(party.name), (line,), 0.9 * line.score)


def _labelled_sender(parties: Sequence[Party]) -> Block | None:
    return next((name_of(p) for p in parties if p.role == "sender" and p.name), None)


def _labelled_name(lines: Sequence[Line]) -> Block | None:
    for line in lines:
        match = NAME_LABEL.match(line.text)
        name = _clean_name(match["rest"]) if match else ""
        if name:
            return Block(name, (line,), 0.85 * line.score)
    return None


def _labelled_or_headed(labelled: Block | None, headed: Block | None) -> Block | None:
    """The name behind a label, unless the page is headed by another that looks like one."""
    if labelled is None or headed is None:
        return labelled or headed
    same = _is_same(headed, labelled)
    above = headed.lines[0].level_xyxy[1] < labelled.lines[0].level_xyxy[1]
    return headed if above and not same and headed.score >= SURE_NAME else labelled


@dataclass(frozen=True)
class Head:
    """The first lines of a page, judged as names."""

    lines: tuple[Line, ...]
    address: AddressLines
    addressed: frozenset[int]
    """Which lines stand in an address."""
    end: int
    """The first line with a date or an amount: who made the document stands above it."""
    usual_height: float

    @classmethod
    def of(cls, lines: Sequence[Line]) -> Self:
        """Looks for the addresses and the end of the head once."""
        address = AddressLines.of(lines)
        values = (i for i, line in enumerate(lines) if dates(line.text) or address.has_amount(i))
        heights = sorted(line.height for line in lines) or [0.0]
        usual = heights[len(heights) // 2]
        end = next(values, len(lines))
        return cls(tuple(lines), address, frozenset(address.inside()), end, usual)

    def named(self, index: int) -> tuple[float, Block | None]:
        """How much speaks for the name in a line, and the name; with the line before or after it
        where one name runs over two lines."""
        points = self._points(index) if index < len(self.lines) else 0.0
        if points <= 0:
            return 0.0, None
        first, last = index, index
        if index and self._continues(index - 1):
            first = index - 1
        if index + 1 < len(self.lines) and self._continues(index):
            last = index + 1
        lines = self.lines[first : last + 1]
        name = _clean_name(" ".join(_main_part(line) for line in lines))
        if sum(c.isalpha() for c in name) < 2:
            return 0.0, None
        score = min(0.97, max(0.2, 0.29 + 0.13 * points))
        return points, Block(name, lines, score * min(1.0, min(ln.score for ln in lines) + 0.08))

    def _points(self, index: int) -> float:
        """How much the form of a line speaks for a name; 0 where something else is written."""
        line = self.lines[index]
        raw = _without_greeting(line.text)
        text = plain(raw)
        letters = sum(c.isalpha() for c in text)
        cjk = len(re.findall(r"[\u4e00-\u9fff]", text))
        legal = bool(legal_form().search(without_counties(text)))
        if (letters < 3 and cjk < 2) or _STATES.search(text) or NAME_LABEL.match(line.text):
            return 0.0
        if (NOT_NAME.search(text) or aside().match(text)) and not legal:
            return 0.0
        if OTHERS_LABEL.search(line.text) or (index and FORMER_NAME.match(text)):
            return 0.0
        is_value = any(find(line.text) for find in (dates, amounts, emails, phones))
        if OTHERS_NAME.search(text) or is_value:
            return 0.0
        points = 1.5 - 0.06 * index + self._neighbour_points(index)
        if legal or RUN_ON_FORM.search(text.replace(" ", "")):
            points += 2.5
        elif trade().search(text):
            points += 1.2
        points -= 1.5 * bool(NOT_NAME.search(text)) + BELOW_HEAD * (index > self.end)
        if not legal:
            points -= 2.5 * (self.address.is_part(index) + (index in self.addressed))
        digits = sum(c.isdigit() for c in TRAILING_REGISTRATION.sub("", line.text))
        points -= 1.5 * (digits > 0.4 * max(letters, 1))
        points += 0.3 * (raw.upper() == raw) - 0.9 * _is_remark(raw)
        points += 0.8 * bool(TRAILING_REGISTRATION.search(line.text))
        large = LARGE if index == 0 else BIG
        points += 0.8 * (index < TOP_LINES and line.height >= large * self.usual_height)
        return points * (0.5 + 0.5 * line.score)

    def rivals(self, named: Block) -> list[Line]:
        """Lines that head the page beside the name, set like it, and may be the name as well.

        Whoever prints a line above the head of a document may so put another's name there. What a
        registration number belongs to is the name.
        """
        from rapidfuzz import fuzz

        top = list(self.lines[:TOP_LINES])
        if named.lines[0] not in top or named.lines[-1] not in top:
            return []
        first, last = top.index(named.lines[0]), top.index(named.lines[-1])
        own = max(self._points(i) for i in range(first, last + 1))
        below = plain(self.lines[last + 1].text) if last + 1 < len(self.lines) else ""
        if TRAILING_REGISTRATION.search(named.lines[-1].text) or REGISTRATION.search(below):
            return []
        return [
            top[i]
            for i in (first - 1, last + 1)
            if 0 <= i < len(top)
            and self._points(i) >= (1.0 if i > last else own - NEARLY)
            and not re.search(r"\d", top[i].text)
            and not (i > last and _is_remark(top[i].text))
            and not ONLY_FORM.search(plain(top[i].text))
            and not self.address.is_part(i)
            and _set_alike(top[i], top[first])
            and fuzz.token_set_ratio(plain(top[i].text), plain(named.value)) < 60
        ]

    def _neighbour_points(self, index: int) -> float:
        """What follows a name: its registration number or its address, close below."""
        line = self.lines[index]
        if index + 1 >= len(self.lines):
            return -0.5
        below = self.lines[index + 1]
        gap = below.level_xyxy[1] - line.level_xyxy[3]
        if gap > 1.5 * max(line.height, below.height):
            return -0.8
        if REGISTRATION.search(plain(below.text)):
            return 0.9
        return 0.7 if self.address.is_part(index + 1) or self._heads_address(index) else 0.0

    def _heads_address(self, index: int) -> bool:
        """Whether a line is the first of those that stand close above an address."""
        if any(not self._is_aside(i) for i in range(index)):
            return False
        below = range(index + 1, min(index + 1 + ABOVE_ADDRESS, len(self.lines)))
        start = next((i for i in below if i in self.addressed), 0)
        steps = range(index, start)
        return start > 0 and all(are_near(self.lines[i], self.lines[i + 1]) for i in steps)

    def _is_aside(self, index: int) -> bool:
        return bool(aside().match(plain(self.lines[index].text)))

    def _continues(self, index: int) -> bool:
        """Whether a name goes on in the next line: an open "&", a lone legal form or trade below,
        or both in letters that are large alike."""
        upper, lower = self.lines[index], self.lines[index + 1]
        if lower.level_xyxy[1] - upper.level_xyxy[3] > 0.8 * max(upper.height, lower.height):
            return False
        low, high = sorted((upper.height, lower.height))
        above, below = plain(upper.text), plain(lower.text)
        if high > 1.6 * low or NOT_NAME.search(above) or not re.search(r"[^\W\d]{3}", above):
            return False
        if self.address.is_part(index) or self._is_aside(index):
            return False
        if above.endswith(("&", " and")) or below.startswith("& "):
            return not self.address.is_part(index + 1)
        if ONLY_FORM.search(below):
            return not legal_form().search(above)
        are_big = index == 0 and low >= BIG * self.usual_height and high <= LARGE * low
        is_rest = are_big or bool(trade().fullmatch(below))
        is_other = self.address.is_part(index + 1) or self._is_aside(index + 1)
        return is_rest and not is_other and not legal_form().search(f"{above} | {below}")


def _is_remark(text: str) -> bool:
    """Whether a line is written like a sentence: its longer words begin with small letters."""
    words = re.findall(r"[^\W\d_]{4,}", text)
    return len(words) > 1 and sum(word[0].islower() for word in words) * 2 > len(words)


def _main_part(line: Line) -> str:
    """The longest of the cells in the row's largest letters: stamps and notes stand apart, or in
    other letters behind a legal form."""
    cells = cells_of(line)
    largest = max(cell.height for cell in cells)
    large = [cell for cell in cells if ALIKE * cell.height >= largest]
    words = list(max(large, key=lambda cell: len(cell.text)).words)
    for at, (word, behind) in enumerate(pairwise(words), 1):
        ends = [form.end() for form in legal_form().finditer(plain(word.text))]
        low, high = sorted((word.height, behind.height))
        if len(plain(word.text)) in ends and high > ALIKE * low:
            return Line(tuple(words[:at])).text
    return Line(tuple(words)).text


def _without_greeting(text: str) -> str:
    """A line without "Welcome to" before the name."""
    words = text.split()
    for count in range(len(words), 0, -1):
        if greeting().fullmatch(plain(" ".join(words[:count]))):
            return " ".join(words[count:])
    found = greeting().match(text)
    return text[found.end() :] if found and not text.isascii() else text


def _clean_name(text: str) -> str:
    text = _without_greeting(text)
    previous = None
    while previous != text:
        previous = text
        text = TRAILING_REGISTRATION.sub("", text).strip(" ,:;-*=<>|_~")
        text = TRAILING_BRANCH.sub("", text) or text
    text = re.sub(r"\bSDN(\W*)[D8]HD\b", r"SDN\1BHD", text, flags=re.IGNORECASE)
    text = re.sub(r"\b(S\.?[rR]\.?)[I1](?=\W*$)", r"\1l", text)
    return re.sub(r"\b[5S]/[B8]$", "S/B", text)
