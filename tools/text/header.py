"""Who made the document and where they are: the company's name and the address block.

Judged by form only (legal suffixes, what stands next to a registration number, postcodes, words
for streets and floors); there is no list of companies.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from tools.text.labels import plain
from tools.text.lines import Line
from tools.text.values import amounts, dates, emails, phones, urls

HEADER_LINES = 22
"""The sender stands in the first lines of a document."""

_LEGAL = re.compile(
    r"\bsdn\W*[bd8]hd\b|\bs\s?/\s?b\b|\bsb(?=\W*[(\d]|$)|\bbhd\b|\bltd\b|\blimited\b|\bllc\b|\binc\b|\bplt\b|"
    r"\bgmbh\b|\bpte\b|\bco\b(?!\W*(?:reg|no|id))|\bcompany\b(?!\W*(?:reg|no|id))|\bcorp(?:oration)?\b|\benterprise\b|\btrading\b|"
    r"\bsyarikat\b|\bperniagaan\b|有限公司|公司|株式会社|商行|商店|商贸|超市|有限责任"
)
_LEGAL_RUN_ON = re.compile(
    r"sdn\W*[bd8]hd|enterprise|trading\b|restau?rant|stationery|supermarket|minimarket"
)
_BUSINESS = re.compile(
    r"\b(?:restaurants?|restoran|kedai|mart|market|minimarket|supermarket|hypermarket|hardware|stationer[sy]|pharmacy|"
    r"farmasi|cafe|coffee|tea|bakery|bakeries|cake|book(?:s|store|stores|shop)?|shop|store|house|florist|auto|hotel|clinic|"
    r"klinik|pasaraya|pizza|food|foods|seafood|noodle|electrical|furniture|fashion|gallery|gift|centre|center|station|"
    r"petrol|motor|optical|salon|kitchen|bistro|grill|bar|industries|holdings|group|services?|supplies|retail|"
    r"packaging|marketing|distributors?|advertising|print|jewellery|pets?|sports?|borong|runcit|makanan|emporium|cash & carry)\b|"
    r"店|餐厅|饭店|酒店|超市|商场|药房|书店|酒楼|茶餐|面馆"
)
_NOT_NAME = re.compile(
    r"\b(?:tax|invoice|receipt|resit|invois|thank|welcome|terima kasih|formerly|licensee|order|bill|table|cashier|customer|"
    r"copy|tel|fax|phone|gst|sst|vat|reg(?:istration)?|roc|brn|date|time|page|qty|description|amount|total|price|"
    r"bill to|sold to|cash sales?|doc|pos|owned|operated|shopping|your|visit|credit note|promo|counter|salesperson)\b|^cash$|"
    r"发票|收据|小票|欢迎|谢谢|地址|电话"
)
_REGISTRATION = re.compile(
    r"^\W*(?:(?:co|company|roc|br|brn|reg|gst|registration)\b.{0,14}?(?:no|reg)?\W*)?[(\[]?\W*(?:[a-z]{0,2}\d{5,}\s?-?\s?[a-z]{0,2}|"
    r"\d{2,}[\d -]{5,}[a-z]?)\W*[)\]]?\W*$"
)
_TRAILING_REGISTRATION = re.compile(
    r"\s*(?:[(\[]\s*(?:co\.?|company|reg\.?|roc)?\s*(?:reg\.?|no\.?)?\s*[:.]?\s*[A-Z]{0,2}\d{4,}[\s\d]*-?\s?[A-Z0-9]{0,2}\s*[)\]]?"
    r"|\(?\d{5,}\s?-\s?[A-Z]\)?|\b(?:FKA|formerly)\b.*|\(?\b(?:co|company)\b\W*(?:reg|no)\b.*)[\s\W]*$",
    re.IGNORECASE,
)
_ONLY_SUFFIX = re.compile(
    r"^\W*(?:(?:co\.?\s*)?(?:\((?:m|malaysia|kl)\)\s*)?(?:sdn\W*bhd|bhd|s/b|ltd|limited|llc|inc|enterprise|plt|trading|co)\b\.?)"
)

_STREET = re.compile(
    r"\b(?:jalan|jln|j1n|lorong|lrg|lebuh(?:raya)?|persiaran|taman|tmn|seksyen|section|sek|kampung|kg|bandar|bdr|plaza|mall|komplek|"
    r"kompleks|complex|wisma|bangunan|building|menara|tower|level|tingkat|floor|flr|ground|block|blok|blk|road|rd|street|st|"
    r"avenue|ave|lane|boulevard|blvd|drive|square|city|centre|center|kawasan|perindustrian|industrial|park|batu|mukim|"
    r"desa|pusat|dataran|lot|unit|suite|no|p\.?o\.? box|site|beach|bukit|damai|highway|way|estate|parade|hq)\b|"
    r"[省市区县镇乡村路街道巷弄号楼栋室]"
)
_POSTCODE = re.compile(
    r"(?<![\w/-])\d{5,6}(?![\d/-])|(?<!\d)\d\d ?\d{3}(?=\s*[a-z,]{2})|\b\d{5}-\d{4}\b"
)
_PLACE = re.compile(
    r"\b(?:selangor|johor|kedah|kelantan|melaka|malacca|negeri sembilan|pahang|penang|pulau pinang|perak|perlis|sabah|sarawak|"
    r"terengganu|kuala lumpur|k\.?l|putrajaya|labuan|malaysia|singapore|indonesia|thailand|china|usa|united kingdom|"
    r"darul ehsan|d\.?e|wilayah persekutuan|australia|germany|p\.?j|petaling jaya|hong kong|taiwan)\b|中国|省|市"
)
_ADDRESS_END = re.compile(
    r"\b(?:tel|te1|telephone|phone|fax|gst\s?(?:id|reg|no)?\w*|sst|vat|reg|roc|brn|co|company|email|e-mail|website|whatsapps?|mobile|h/?p|hotline|careline|"
    r"tax|invoice|receipt|date|time|cashier|table|bill|doc|pos|shopping hours|counter|slip|owned|trn|order|cash|customer|president|licensee|formerly)\b|"
    r"\bwww\b|@\w|电话|发票|收据|日期|税号"
)
_INLINE_LABEL = re.compile(
    r"(?<=\w{3}[\s.,;(])[\s(]*\b(?:tel|te1|fax|phone|h/p|gst|sst|reg)\b[\s.:)no]*[\d(+].*",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Block:
    """A name or an address with the lines that it was read from."""

    value: str
    lines: tuple[Line, ...]
    score: float


def company_of(lines: Sequence[Line]) -> Block | None:
    """The name of the sender, registration number and branch left out; None if nothing fits."""
    header = [line for line in lines[:HEADER_LINES] if not _is_recipient(lines, line)]
    best: tuple[float, Block] | None = None
    addressed = _address_lines(header)
    for index, line in enumerate(header):
        points = _name_points(header, index)
        if id(line) in addressed and not _LEGAL.search(plain(line.text)):
            points -= 2.5
        if points <= 0:
            continue
        block = _named(header, index, points)
        if block is not None and (best is None or points > best[0]):
            best = (points, block)
    return best[1] if best else None


def address_of(lines: Sequence[Line]) -> Block | None:
    """The sender's address, its lines joined by spaces; None if no block looks like one."""
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
    line = header[index]
    text = plain(line.text)
    letters = sum(c.isalpha() for c in text)
    cjk = len(re.findall(r"[\u4e00-\u9fff]", text))
    if letters < 3 and cjk < 2 or _NOT_NAME.search(text) and not _LEGAL.search(text):
        return 0.0
    if dates(line.text) or amounts(line.text) or emails(line.text) or phones(line.text):
        return 0.0
    points = 1.5 - 0.06 * index
    if _LEGAL.search(text) or _LEGAL_RUN_ON.search(text.replace(" ", "")):
        points += 2.5
    elif _BUSINESS.search(text):
        points += 1.2
    if _NOT_NAME.search(text):
        points -= 1.5
    if _looks_like_address(text) and not _LEGAL.search(text):
        points -= 2.5
    digits = sum(c.isdigit() for c in _TRAILING_REGISTRATION.sub("", line.text))
    if digits > 0.4 * max(letters, 1):
        points -= 1.5
    if line.text.upper() == line.text:
        points += 0.3
    if _TRAILING_REGISTRATION.search(line.text):
        points += 0.8
    points += _neighbour_points(header, index)
    return points * (0.5 + 0.5 * line.score)


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
    if _REGISTRATION.search(text):
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
        if right.level_xyxy[0] - left.level_xyxy[2] > 1.5 * line.height:
            parts.append([])
        parts[-1].append(right)
    texts = [" ".join(word.text for word in part) for part in parts]
    return max(texts, key=len)


def _continues(upper: Line, lower: Line) -> bool:
    """Whether a name goes on in the next line: an open "&", or a lone legal suffix below."""
    if lower.level_xyxy[1] - upper.level_xyxy[3] > 0.8 * max(upper.height, lower.height):
        return False
    above, below = plain(upper.text), plain(lower.text)
    if _NOT_NAME.search(above) or _looks_like_address(above) or not re.search(r"[^\W\d]{3}", above):
        return False
    if above.endswith(("&", " and")) or below.startswith("& "):
        return not _looks_like_address(below)
    return bool(_ONLY_SUFFIX.search(below)) and not _LEGAL.search(above)


def _clean_name(text: str) -> str:
    previous = None
    while previous != text:
        previous = text
        text = _TRAILING_REGISTRATION.sub("", text).strip(" ,:;-*=<>|_~")
    text = re.sub(r"\bSDN(\W*)[DB8]HD\b", r"SDN\1BHD", text, flags=re.IGNORECASE)
    return re.sub(r"\b[5S]/[B8]$", "S/B", text)


def _looks_like_address(text: str) -> bool:
    """Whether a line (made plain) reads like a part of an address."""
    cues = len(_STREET.findall(text)) + 2 * len(_POSTCODE.findall(text)) + len(_PLACE.findall(text))
    return cues >= 2 or bool(
        re.match(
            r"(?:no\W{1,3}(?:[a-z]-?[a-z]?-?)?\d|\d+[\w-]*\s+(?:jalan|jln)|lot\b|unit\b|jalan\b|jln\b|taman\b|level \d|hq\b)",
            text,
        )
    )


def _is_recipient(lines: Sequence[Line], line: Line) -> bool:
    """Whether the line stands below "bill to" and the like: the other side's name and address."""
    for above in lines[: lines.index(line) if line in lines else 0][-5:]:
        if re.search(
            r"\b(?:bi(?:ll)?l? to|sold to|ship to|deliver(?:y|ed)? to|attn)\b|购买方|收货",
            plain(above.text),
        ):
            return True
    return False


def _address_run(header: Sequence[Line], start: int) -> int:
    """End (exclusive) of the run of address lines from `start`; `start` itself if there is none."""
    if not _address_line(header[start], inside=False):
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
        cue = _STREET.search(plain(upper.text))
        if far or named or not (opens or cue) or not _address_line(upper, inside=True):
            break
        start -= 1
    return start


def _before_label(text: str) -> str:
    """A line up to a telephone or registration number that stands behind the address in it."""
    return _INLINE_LABEL.split(text, maxsplit=1)[0].strip() or text


def _address_line(line: Line, *, inside: bool) -> bool:
    raw = _before_label(line.text.strip())
    text = plain(raw)
    if (
        _ADDRESS_END.search(_STREET.sub(" ", text))
        or dates(raw)
        or emails(raw)
        or urls(raw)
        or amounts(raw)
    ):
        return False
    if re.match(r"^(?!address|addr|alamat|hq|no\b|lot)[A-Za-z][\w ]{1,14}:", raw, re.IGNORECASE):
        return False
    if phones(raw) or _REGISTRATION.search(text) or re.match(r"^\(.*\)$", raw):
        return False
    if inside:
        return bool(re.search(r"[^\W\d]{2}|\d{5}", text))
    return _looks_like_address(text) or bool(_PLACE.search(text) and raw.endswith((",", ".")))


def _is_closed(text: str) -> bool:
    """Whether an address may end here: a postcode, or the last words name a state or country."""
    return bool(_POSTCODE.search(text)) or bool(re.search(rf"(?:{_PLACE.pattern})\W*$", text))


def _after_close(line: Line) -> bool:
    """What may still follow a postcode: the state, the town, a branch number with its place."""
    text = plain(line.text)
    return bool(
        _PLACE.search(text)
        or _POSTCODE.search(text)
        or re.match(r"^\d{3,4}\s?-\s?[a-z]", line.text.lower())
    )


def _address_points(run: Sequence[Line]) -> float:
    text = plain(" ".join(line.text for line in run))
    points = 0.3 * min(len(_STREET.findall(text)), 4) + 0.2 * min(len(_PLACE.findall(text)), 2)
    return points + (0.8 if _POSTCODE.search(text) else 0.0) + (0.2 if len(run) > 1 else 0.0)


def _address_block(run: Sequence[Line], points: float) -> Block:
    value = re.sub(r"\s+", " ", " ".join(_before_label(line.text) for line in run)).strip(" :|-")
    value = re.sub(r"^(?:address|addr|alamat|地址)\s*[:：]\s*", "", value, flags=re.IGNORECASE)
    score = min(0.95, 0.3 + 0.25 * points) * min(1.0, min(line.score for line in run) + 0.1)
    return Block(value, tuple(run), score)
