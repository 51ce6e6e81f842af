"""Who made the document and where they are: the company's name and the address block.

Judged by form only (legal suffixes, what stands next to a registration number, postcodes, words
for streets and floors); there is no list of companies.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from tools.reading.amounts import amounts
from tools.reading.cues import (
    ADDRESS_END,
    ADDRESS_LABEL,
    BRANCH,
    INLINE_LABEL,
    LEGAL_FORM,
    NAME_LABEL,
    NOT_NAME,
    ONLY_FORM,
    OTHER_LABEL,
    OTHERS_NAME,
    PLACE,
    POSTCODE,
    RECIPIENT,
    REGISTRATION,
    RUN_ON_FORM,
    STREET,
    STREET_START,
    TRADE,
    TRAILING_REGISTRATION,
)
from tools.reading.dates import dates
from tools.reading.labels import plain
from tools.reading.lines import Line
from tools.reading.values import emails, phones, urls

HEADER_LINES = 22
"""The sender stands in the first lines of a document."""
TOP_LINES, LARGE = 3, 1.12
"""A line at the top whose letters are so much larger than is usual on the page is a heading."""
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


@dataclass(frozen=True)
class Block:
    """A name or an address with the lines that it was read from.

    A disputed one has a rival among its lines, and nothing tells which of them is right.
    """

    value: str
    lines: tuple[Line, ...]
    score: float
    is_disputed: bool = False


def company_of(lines: Sequence[Line]) -> Block | None:
    """The name of the sender, registration number and branch left out; None if nothing fits."""
    labelled = _labelled_name(lines)
    header = [line for line in lines[:HEADER_LINES] if not _is_recipient(lines, line)]
    best: tuple[float, Block] | None = None
    addressed = _address_lines(header)
    for index, line in enumerate(header):
        points = _name_points(header, index)
        if id(line) in addressed and not LEGAL_FORM.search(plain(line.text)):
            points -= 2.5
        points -= BELOW_HEAD if index > _end_of_head(header) else 0.0
        if points <= 0 or NAME_LABEL.match(line.text):
            continue
        block = _named(header, index, points)
        if block is not None and (best is None or points > best[0]):
            best = (points, block)
    headed = best[1] if best else None
    named = _labelled_or_headed(labelled, headed)
    if named is not None and named is headed:
        rivals = _rivals(header, named)
    else:
        rivals = _heading_beside(header, headed, labelled)
    if named is None or not rivals:
        return named
    return Block(named.value, (*named.lines, *rivals), named.score, is_disputed=True)


def _rivals(header: Sequence[Line], named: Block) -> list[Line]:
    """Lines that head the page beside the name, set like it, and may be the name as well.

    Whoever prints a line above the head of a document may so put another's name there. What a
    registration number belongs to is the name.
    """
    from rapidfuzz import fuzz

    top = list(header[:TOP_LINES])
    if named.lines[0] not in top or named.lines[-1] not in top:
        return []
    first, last = top.index(named.lines[0]), top.index(named.lines[-1])
    beside = [i for i in (first - 1, last + 1) if 0 <= i < len(top)]
    own = max(_name_points(header, i) for i in range(first, last + 1))
    below = plain(header[last + 1].text) if last + 1 < len(header) else ""
    if TRAILING_REGISTRATION.search(named.lines[-1].text) or REGISTRATION.search(below):
        return []
    return [
        top[i]
        for i in beside
        if _name_points(header, i) >= (1.0 if i > last else own - NEARLY)
        and not re.search(r"\d", top[i].text)
        and not ONLY_FORM.search(plain(top[i].text))
        and not _looks_like_address(plain(top[i].text))
        and _set_alike(top[i], header[first])
        and fuzz.token_set_ratio(plain(top[i].text), plain(named.value)) < 60
    ]


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


def _end_of_head(header: Sequence[Line]) -> int:
    """The row of the first date or amount: who made the document stands above it."""
    rows = (i for i, line in enumerate(header) if dates(line.text) or amounts(line.text))
    return next(rows, len(header))


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


def address_of(lines: Sequence[Line]) -> Block | None:
    """The sender's address, its lines joined by spaces; None if no block looks like one."""
    for index, line in enumerate(lines):
        if ADDRESS_LABEL.match(line.text) and not _is_recipient(lines, line):
            run = lines[index : max(_address_run(lines, index, labelled=True), index + 1)]
            block = _address_block(run, max(_address_points(run), 1.2))
            if block.value:
                return block
    header = list(lines[:HEADER_LINES])
    company = company_of(lines)
    best: tuple[float, Block] | None = None
    index = 0
    while index < len(header):
        end = _address_run(header, index)
        if end == index:
            index += 1
            continue
        start = _extended_up(header, index, company)
        run = [line for line in header[start:end] if company is None or line not in company.lines]
        if run and not _is_recipient(lines, run[0]):
            points = _address_points(run)
            rank = points - 0.03 * index + _near_company(header, start, company)
            if points > 0.5 and (best is None or rank > best[0] + 0.25):
                best = (rank, _address_block(run, points))
        index = end
    return best[1] if best else None


def _address_lines(header: Sequence[Line]) -> set[int]:
    """Identities of the lines that stand in a run of address lines."""
    inside: set[int] = set()
    index = 0
    while index < len(header):
        end = _address_run(header, index)
        if end - index > 1 or (end > index and _address_points(header[index:end]) > 0.8):
            inside.update(id(line) for line in header[index:end])
        index = max(end, index + 1)
    return inside


def _name_points(header: Sequence[Line], index: int) -> float:
    """How much the form of a line speaks for a name; 0 where something else is written there."""
    line = header[index]
    text = plain(line.text)
    letters = sum(c.isalpha() for c in text)
    cjk = len(re.findall(r"[\u4e00-\u9fff]", text))
    legal = bool(LEGAL_FORM.search(text))
    if (letters < 3 and cjk < 2) or _STATES.search(text) or (NOT_NAME.search(text) and not legal):
        return 0.0
    if OTHERS_NAME.search(text) or any(
        find(line.text) for find in (dates, amounts, emails, phones)
    ):
        return 0.0
    points = 1.5 - 0.06 * index + _neighbour_points(header, index)
    if legal or RUN_ON_FORM.search(text.replace(" ", "")):
        points += 2.5
    elif TRADE.search(text):
        points += 1.2
    if NOT_NAME.search(text):
        points -= 1.5
    if _looks_like_address(text) and not legal:
        points -= 2.5
    digits = sum(c.isdigit() for c in TRAILING_REGISTRATION.sub("", line.text))
    if digits > 0.4 * max(letters, 1):
        points -= 1.5
    if line.text.upper() == line.text:
        points += 0.3
    points += 0.8 * bool(TRAILING_REGISTRATION.search(line.text))
    points += 0.8 * _is_heading(header, index)
    return points * (0.5 + 0.5 * line.score)


def _is_heading(header: Sequence[Line], index: int) -> bool:
    heights = sorted(line.height for line in header)
    usual = heights[len(heights) // 2]
    return index < TOP_LINES and header[index].height >= LARGE * usual


def _neighbour_points(header: Sequence[Line], index: int) -> float:
    """What follows a name: its registration number or its address, close below."""
    line = header[index]
    if index + 1 >= len(header):
        return -0.5
    below = header[index + 1]
    gap = below.level_xyxy[1] - line.level_xyxy[3]
    if gap > 1.5 * max(line.height, below.height):
        return -0.8
    text = plain(below.text)
    if REGISTRATION.search(text):
        return 0.9
    return 0.7 if _looks_like_address(text) else 0.0


def _named(header: Sequence[Line], index: int, points: float) -> Block | None:
    """The name with the line before or after it where one name runs over two lines."""
    first, last = index, index
    if index and _continues(header[index - 1], header[index]):
        first = index - 1
    if index + 1 < len(header) and _continues(header[index], header[index + 1]):
        last = index + 1
    lines = tuple(header[first : last + 1])
    name = _clean_name(" ".join(_main_part(line) for line in lines))
    if sum(c.isalpha() for c in name) < 2:
        return None
    score = min(0.97, max(0.2, 0.25 + 0.13 * points))
    return Block(name, lines, score * min(1.0, min(line.score for line in lines) + 0.08))


def _main_part(line: Line) -> str:
    """The longest stretch of the row without a wide gap: stamps and notes stand apart."""
    parts = [[line.words[0]]]
    for left, right in zip(line.words, line.words[1:], strict=False):
        if right.level_xyxy[0] - left.level_xyxy[2] > 1.5 * min(left.height, right.height):
            parts.append([])
        parts[-1].append(right)
    texts = [" ".join(word.text for word in part) for part in parts]
    return max(texts, key=len)


def _continues(upper: Line, lower: Line) -> bool:
    """Whether a name goes on in the next line: an open "&", or a lone legal suffix below."""
    if lower.level_xyxy[1] - upper.level_xyxy[3] > 0.8 * max(upper.height, lower.height):
        return False
    if max(upper.height, lower.height) > 1.6 * min(upper.height, lower.height):
        return False
    above, below = plain(upper.text), plain(lower.text)
    if NOT_NAME.search(above) or _looks_like_address(above) or not re.search(r"[^\W\d]{3}", above):
        return False
    if above.endswith(("&", " and")) or below.startswith("& "):
        return not _looks_like_address(below)
    return bool(ONLY_FORM.search(below)) and not LEGAL_FORM.search(above)


def _clean_name(text: str) -> str:
    previous = None
    while previous != text:
        previous = text
        text = TRAILING_REGISTRATION.sub("", text).strip(" ,:;-*=<>|_~")
    text = re.sub(r"\bSDN(\W*)[D8]HD\b", r"SDN\1BHD", text, flags=re.IGNORECASE)
    return re.sub(r"\b[5S]/[B8]$", "S/B", text)


def _looks_like_address(text: str) -> bool:
    """Whether a line (made plain) reads like a part of an address."""
    cues = len(STREET.findall(text)) + 2 * len(POSTCODE.findall(text)) + len(PLACE.findall(text))
    return cues >= 2 or bool(STREET_START.match(text))


def _is_recipient(lines: Sequence[Line], line: Line) -> bool:
    """Whether the line stands below "bill to" and the like: the other side's name and address."""
    above = lines[: lines.index(line) if line in lines else 0][-5:]
    return any(RECIPIENT.search(plain(other.text)) for other in above)


def _address_run(header: Sequence[Line], start: int, *, labelled: bool = False) -> int:
    """End (exclusive) of the run of address lines from `start`; `start` itself if there is none."""
    if not labelled and not _address_line(header[start], inside=False):
        return start
    end = start + 1
    while end < len(header):
        line, before = header[end], header[end - 1]
        far = line.level_xyxy[1] - before.level_xyxy[3] > 1.2 * max(line.height, before.height)
        closed = _is_closed(plain(before.text)) or before.text != _before_label(before.text)
        if far or not _address_line(line, inside=True) or (closed and not _after_close(line)):
            break
        end += 1
    return end


def _near_company(header: Sequence[Line], start: int, company: Block | None) -> float:
    """The sender's address stands right below the name; a later one may be the recipient's."""
    if company is None:
        return 0.0
    names = [index for index, line in enumerate(header) if line in company.lines]
    return 0.6 if names and 0 < start - names[-1] <= 4 else 0.0


def _extended_up(header: Sequence[Line], start: int, company: Block | None) -> int:
    """The first line of the address where its beginning has no word for a street."""
    while start:
        upper, lower = header[start - 1], header[start]
        far = lower.level_xyxy[1] - upper.level_xyxy[3] > 0.8 * max(upper.height, lower.height)
        named = company is not None and any(upper is line for line in company.lines)
        opens = upper.text.rstrip().endswith(",") or re.search(r"\d", upper.text)
        cue = STREET.search(plain(upper.text))
        if far or named or not (opens or cue) or not _address_line(upper, inside=True):
            break
        start -= 1
    return start


def _before_label(text: str) -> str:
    """A line up to a telephone or registration number that stands behind the address in it."""
    return INLINE_LABEL.split(text, maxsplit=1)[0].strip() or text


def _address_line(line: Line, *, inside: bool) -> bool:
    raw = _before_label(line.text.strip())
    text = plain(raw)
    if ADDRESS_END.search(STREET.sub(" ", text)) or OTHER_LABEL.match(raw):
        return False
    if any(find(raw) for find in (dates, emails, urls, amounts, phones)):
        return False
    if REGISTRATION.search(text) or re.match(r"^\(.*\)$", raw):
        return False
    if inside:
        return bool(re.search(r"[^\W\d]{2}|\d{5}", text))
    return _looks_like_address(text) or bool(PLACE.search(text) and raw.endswith((",", ".")))


def _is_closed(text: str) -> bool:
    """Whether an address may end here: a postcode, or the last words name a state or country."""
    return bool(POSTCODE.search(text)) or bool(re.search(rf"(?:{PLACE.pattern})\W*$", text))


def _after_close(line: Line) -> bool:
    """What may still follow a postcode: the state, the town, a branch number with its place."""
    text = plain(line.text)
    return bool(PLACE.search(text) or POSTCODE.match(text) or BRANCH.match(line.text))


def _address_points(run: Sequence[Line]) -> float:
    text = plain(" ".join(line.text for line in run))
    points = 0.3 * min(len(STREET.findall(text)), 4) + 0.2 * min(len(PLACE.findall(text)), 2)
    return points + (0.8 if POSTCODE.search(text) else 0.0) + (0.2 if len(run) > 1 else 0.0)


def _address_block(run: Sequence[Line], points: float) -> Block:
    value = re.sub(r"\s+", " ", " ".join(_before_label(line.text) for line in run)).strip(" :|-")
    value = ADDRESS_LABEL.sub("", value)
    score = min(0.95, 0.3 + 0.25 * points) * min(1.0, min(line.score for line in run) + 0.1)
    return Block(value, tuple(run), score)
