"""What a question about codes asks: how many, of which kind, what which of them says."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from agent.grounding import literals
from agent.grounding.question_form import asks_sameness
from agent.grounding.question_parts import Part
from agent.grounding.wording import language_of
from agent.planners.builtin.plans.code_places import Side
from tools.words.codes import fields_asked, kind_asked
from tools.words.places import places_in

Form = Literal["content", "count", "exists", "formats", "same", "printed", "whether", "other"]


@dataclass(frozen=True)
class CodeQuestion:
    """A question about codes.

    Attributes:
        text: its words.
        form: what it asks of them.
        kind: the kind of code that it names (`tools.words.codes`); None for any.
        places: where the code lies among the others: `left`, `top` …
        caption: the words beside the code that is meant.
        side: how the code stands to its caption.
        fields: of a content: `password`, `phone` …
        printed_as: what to look for in the text where the fields may be printed without any code.
        number: of codes that it asks about ("Are there two QR codes?").
        named: words before "code" that may be a caption ("the drinks code").
        of_pictures: whether it asks which picture has one.
        holds: whether it asks if a content holds the fields at all.
        of_two: whether it speaks of two codes.
        asks_apart: whether it asks if they differ.
    """

    text: str
    form: Form
    kind: str | None = None
    places: tuple[str, ...] = ()
    caption: str | None = None
    side: Side = "beside"
    fields: tuple[str, ...] = ()
    printed_as: tuple[str, ...] = ()
    number: int | None = None
    named: str | None = None
    of_pictures: bool = False
    holds: bool = False
    of_two: bool = False
    asks_apart: bool = False


_CODE = re.compile(
    r"\b(?:qr|bar[- ]?codes?|codes?|ean|upc|isbn|data ?matrix|aztec|pdf ?417)\b"
    r"|(?<![号密数代邮价编区验证])码(?!头)",
    re.IGNORECASE,
)
_OTHER_CODE = re.compile(
    r"\b(?:post|zip|area|country|dress|promo|discount|pin|source|colou?r|access|door|error|sort|"
    r"booking|voucher|coupon)[ -]?codes?\b|密码锁|验证码|优惠码",
    re.I,
)
_EXISTS = re.compile(
    r"^\W*(?:(?:is|are) (?:there|this|that|these|it)|any|(?:do|can|could) you (?:see|find|spot)|"
    r"(?:does|do) (?:it|this|the (?:picture|image|photo|label|page|package|poster)) "
    r"(?:have|show|contain)|is it possible to see)\b|有.*码[吗么]|有没有|看[得到见].*码",
    re.IGNORECASE,
)
_COUNTED = re.compile(
    r"(?:how many|number of|\bcount(?: up)?) (?:\S+ ){0,3}?(?:bar[- ]?)?codes?\b"
    r"|(?:几|多少)个.*码|数.{0,4}码",
    re.IGNORECASE,
)
_FORMATS = re.compile(
    r"\b(?:kind|type|sort|format|symbolog)(?:s|y|ies)?\b|什么(?:类型|种类|格式|样的)|(?:哪|几)几?种|什么码",
    re.IGNORECASE,
)
_FORMAT = re.compile(r"\b(?:code|ean|upc|itf|pdf)[- ]?[\da-e]+\b", re.IGNORECASE)
_BOUND = re.compile(
    r"\b(?:more|less|fewer|over|under|at (?:least|most)|only|exactly)\b"
    r"|超过|多于|少于|至少|至多|只有",
    re.IGNORECASE,
)
"""What makes another question of a number than whether there are so many."""
_TWO = re.compile(r"\b(?:both|two)\b|两|俩", re.IGNORECASE)
_PRINTED = re.compile(
    r"\b(?:printed|written|digits?|numbers?|figures?)\b.*\b(?:under|below|beneath|underneath)\b"
    r"|(?:条形?码|码)(?:的)?(?:下面|下方|底下)(?:的|印|写|是|有)?.{0,4}(?:数字|号码|什么|写|印)",
    re.IGNORECASE,
)
_LINK = re.compile(
    r"\b(?:links?|urls?|web ?(?:sites?|addresses|address|pages?)|website)\b|网址|链接|网站", re.I
)
_NO_CAPTION = (
    r"picture|image|photo|left|right|top|bottom|middle|cent(?:er|re)|page|label|here|it|code|qr|bar"
)
_HOLDS = re.compile(
    r"\b(?:contains?|holds?|have|has|includes?|carry|carries|gives?|stores?|there)\b|有|含|包", re.I
)
_NAMED = re.compile(
    r"\bthe (?P<words>[^?.,]{1,30}?) (?:(?:qr|bar|data matrix)[- ]?)?codes?\b", re.IGNORECASE
)
_NO_NAME = re.compile(
    r"(?:first|second|third|last|other|two|three|four|big|bigger|small|smaller|large|larger|same|"
    r"square|qr|bar|only|content of the|text of the|number of the|.*\b(?:in|of|on|from|by) the)",
    re.IGNORECASE,
)
_OF_PICTURES = re.compile(
    r"\b(?:which|what) (?:picture|image|photo|page)s?\b|哪[张幅个一]*(?:图|照片)", re.I
)
_VERBS = (
    r"says?|leads?|contains?|holds?|points?|means?|goes|go|reads?|takes?|opens?|has|have|encodes?|"
    r"carry|carries|stands?|links?"
)
_CAPTION = re.compile(
    r"\bcodes?\b (?:(?:that|which) )?(?:is |are |stands? )?(?:printed |shown )?"
    r"(?P<side>under|below|beneath|underneath|above|over|next to|beside|near|labell?ed|"
    r"marked|titled|captioned|with the (?:caption|title|label|heading|words?)|for)"
    r"(?: the (?:words?|caption|heading|title|text))?"
    rf"\s+(?:the )?(?P<quote>[\"'“‘「])?(?!(?:the )?(?:{_NO_CAPTION})\b)(?P<words>.+?)"
    rf"(?:[\"'”’」](?=\W|$)|(?(quote)(?!)|(?=\s+(?:{_VERBS})\b|\s*[?.!]*$)))",
    re.IGNORECASE,
)
_CAPTION_ZH = re.compile(
    r"[“\"「『'](?P<words>[^”\"」』']+)[”\"」』'](?:[字这个]*)?(?P<side>下面|下方|底下|之下|上面|上方|旁边|旁|右边|左边)?的?"
    r"(?:那个)?(?:二维码|条形?码|码)"
    r"|(?P<plain>(?!最|图|照片|画面|它|那|这)[\w]{2,12}?)(?P<where>下面|下方|底下|上面|上方|旁边)的(?:那个)?(?:二维码|条形?码|码)"
)
_FORMS: tuple[tuple[Form, re.Pattern[str]], ...] = (
    ("exists", _OF_PICTURES),
    ("formats", _FORMATS),
    ("count", _COUNTED),
    ("formats", _EXISTS),  # is there one of this kind, or of that?
    ("printed", _PRINTED),
)
_BELOW = re.compile(r"under|below|beneath|下", re.IGNORECASE)
_ABOVE = re.compile(r"above|over|上", re.IGNORECASE)
_WIFI = re.compile(r"\bwi-?fi\b|\bssid\b|\bwlan\b|\bnetwork\b|无线|wi-?fi|网络|热点", re.IGNORECASE)
_PRINTED_AS = {"password": ("password", "密码"), "network name": ("network", "网络")}


def code_question(part: Part) -> CodeQuestion | None:
    """How a question asks about codes; None where it does not, or in another way."""
    text = part.text
    fields = tuple(fields_asked(text))
    if _OTHER_CODE.search(text):
        return None
    if not _CODE.search(text):
        return _of_wifi(part, fields)
    caption, side = _caption(text)
    form = _form(part, fields)
    if form is None:
        return None
    return CodeQuestion(
        text=text,
        form=form,
        kind=kind_asked(text),
        places=tuple(places_in(text)) if caption is None and form != "printed" else (),
        caption=caption if form == "content" else None,
        side=side,
        fields=fields,
        of_two=_TWO.search(text) is not None,
        number=_number(text) if form == "exists" else None,
        named=_named(text) if form == "content" and caption is None else None,
        of_pictures=_OF_PICTURES.search(text) is not None,
        holds=_HOLDS.search(text) is not None,
        asks_apart=asks_sameness(text) == "different",
    )


def _of_wifi(part: Part, fields: tuple[str, ...]) -> CodeQuestion | None:
    """A question for the password or the name of a network, which a code or a text may tell."""
    asked = [field for field in _PRINTED_AS if field in fields]
    is_of_network = "password" in asked or _WIFI.search(part.text) is not None
    if part.kind not in ("open", "name") or not asked or not is_of_network:
        return None
    words = [_PRINTED_AS[field][language_of(part.text) == "zh"] for field in asked]
    return CodeQuestion(part.text, "content", fields=tuple(asked), printed_as=tuple(words))


def _form(part: Part, fields: tuple[str, ...]) -> Form | None:
    if asks_sameness(part.text) is not None:
        return "same" if part.kind == "yes/no" else None
    if part.kind == "yes/no":
        return _yes_no_form(part.text, fields)
    found = (form for form, pattern in _FORMS if pattern.search(part.text))
    if (form := next(found, None)) is not None:
        return form
    return "content" if part.kind in ("open", "name", "place") else None


def _yes_no_form(text: str, fields: tuple[str, ...]) -> Form | None:
    if _LINK.search(text) or (fields and not _EXISTS.search(text)):
        return "whether"
    if _EXISTS.search(text):
        return "other" if _number(text) is not None and _BOUND.search(text) else "exists"
    return "other" if places_in(text) else None


def _number(text: str) -> int | None:
    """The one number that a question names; that of a format (EAN-13) is none."""
    numbers = literals.numbers(_FORMAT.sub(" ", text), language_of(text))
    return int(numbers.pop()) if len(numbers) == 1 else None


def _named(text: str) -> str | None:
    """The words between "the" and "code" that say neither its kind nor its place."""
    match = _NAMED.search(text)
    if match is None:
        return None
    words = match["words"].strip(" \"'“”‘’")
    is_known = kind_asked(words) is not None or places_in(words) or _NO_NAME.fullmatch(words)
    return None if not words or is_known else words


def _caption(text: str) -> tuple[str | None, Side]:
    """The caption beside the code that is meant, and the side of it on which the code stands."""
    if match := _CAPTION.search(text):
        return match["words"].strip(), _side(match["side"])
    if match := _CAPTION_ZH.search(text):
        return match["words"] or match["plain"], _side(match["side"] or match["other"] or "")
    return None, "beside"


def _side(words: str) -> Side:
    if _BELOW.search(words):
        return "below"
    return "above" if _ABOVE.search(words) else "beside"
