"""What a question asks for: its parts, of each the kind of answer, the fields, the restrictions.

By pattern, in English and Chinese; what is not recognised has the kind `open`, of which nothing is
demanded. Whether an answer belongs to a part is `agent.grounding.relevance`'s.
"""

from __future__ import annotations

import calendar
import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from agent.answer import Language
from agent.grounding.asking import asked_elsewhere, asks_yes_no, without_asking_elsewhere
from agent.grounding.field_names import fields_in
from agent.grounding.follow_ups import Earlier, asks_again, whole_question
from agent.grounding.question_splitting import asked_texts
from tools.reading.labels import fields as field_kinds
from tools.words.colour_questions import asks_colour_of_drawing
from tools.words.field_questions import field_meant
from tools.words.labels import COLOURS
from tools.words.lists import words_in
from tools.words.payments import means_named
from tools.words.predicates import pattern_of
from tools.words.sentences import label_spans

Kind = Literal[
    "yes/no", "amount", "rate", "count", "date", "time", "name", "place", "colour", "open"
]


@dataclass(frozen=True)
class Part:
    """One thing that is asked for.

    Attributes:
        text: the words of the question that ask for it.
        name: how it is called where it is spoken of: the piece of a list, or the text.
        kind: of the answer.
        fields: fields of a document that it names (`tools.reading.labels`).
        without: what is to be left out ("without the tip"), as fields or words.
        names: proper names that restrict it ("of Bryn Garage").
        things: labels that are asked for side by side ("dogs and cats").
        of_text: whether it asks for words that are written somewhere, not for what they mean.
        of_several: whether it compares ("Do both say the same?").
    """

    text: str
    name: str
    kind: Kind
    fields: frozenset[str] = frozenset()
    without: frozenset[str] = frozenset()
    names: tuple[str, ...] = ()
    things: tuple[str, ...] = ()
    of_text: bool = False
    of_several: bool = False
    of_payment: bool = False
    """Whether it asks if it was paid in one way or another ("Was it paid by card?")."""


_KINDS: tuple[tuple[Kind, re.Pattern[str], re.Pattern[str]], ...] = (
    (
        "rate",
        re.compile(
            r"\b(?:tax|vat|gst|interest|discount|exchange|what|which) rates?\b|"
            r"\b(?:what|which|how many|the) (?:percent(?:age)?|per cent)\b",
            re.IGNORECASE,
        ),
        re.compile(r"税率|比率|费率|利率|折扣率|百分之几|百分比"),
    ),
    (
        "count",
        re.compile(r"\bhow many\b|(?:^\W*|\bthe )(?:total )?number of\b", re.IGNORECASE),
        re.compile(r"几[个只辆张条匹头把本台部架艘列件份棵根杯瓶种位行人处块]|多少(?!钱)[^\s]?[个只辆张条匹头把本台部架艘列件份棵根杯瓶种位行人]"),
    ),
    (
        "amount",
        re.compile(
            r"\bhow much\b(?=.*\b(?:costs?|pay|paid|price|total|tax|vat|gst|tip|charged?|bill|"
            r"spend|spent|owe|due|refund(?:ed)?|change|discount|saved?|deposit|fee|money|off)\b)"
            r"|\b(?:what|which) amount\b",
            re.IGNORECASE,
        ),
        re.compile(r"多少钱|多少元|几块钱|花了多少|付了多少"),
    ),
    (
        "colour",
        re.compile(r"\b(?:what|which)(?:'s| is| are)?(?: the)?(?: \w+)? colou?rs?\b", re.I),
        re.compile(r"(?:什么|哪种|哪些|啥)(?:颜)?色|颜色是"),
    ),
    (
        "time",
        re.compile(r"\b(?:what|at which) time\b", re.IGNORECASE),
        re.compile(r"几点|什么时刻"),
    ),
    (
        "date",
        re.compile(
            r"\b(?:when|(?:what|which) (?:date|day|month|year)|until when|how old)\b", re.IGNORECASE
        ),
        re.compile(r"什么时候|何时|哪[天日年]|哪一[天日年]|几[月号日]"),
    ),
    (
        "name",
        re.compile(
            r"\b(?:who|whom|(?:what|which) (?:shop|store|company|restaurant|merchant|brand|person|"
            r"bank|hotel))\b",
            re.IGNORECASE,
        ),
        re.compile(r"谁|哪家|哪个(?:公司|商店|店|商家|餐厅|品牌)|哪位"),
    ),
    (
        "place",
        re.compile(r"\bwhere(?:abouts)?\b", re.IGNORECASE),
        re.compile(r"哪[里儿]|什么地方|何处|什么位置"),
    ),
)  # fmt: skip
_OF_TYPE: dict[str, Kind] = {"amount": "amount", "date": "date", "time": "time"}
_TEXT = re.compile(
    r"\b(?:says?|said|mentions?|mentioned|words?|written|writing|printed|reads?|text|letters?|listed|"
    r"lists?|states?)\b|\b(?:any|some)thing (?:\w+ )?(?:about|on)\b"
    r"|写|印|文字|字样|提到|提及|标注|出现",
    re.IGNORECASE,
)
_SEVERAL = re.compile(
    r"\b(?:both|same|identical|equal|difference between|compare)\b"
    r"|都|一样|相同|相等|两(?:张|者|个(?!字))",
    re.IGNORECASE,
)
_WITHOUT = re.compile(
    r"\b(?:without|excluding|excl\.?|exclusive of|not (?:counting|including)|before|minus|net of|"
    r"except(?: for)?|w/o|apart from)\s+(?:(?:the|any|its)\s+)?(?P<what>[a-z][a-z ]{1,20}?)"
    r"(?=\s*(?:$|[^\w\s]|\b(?:is|was|on|in|of|and|or|for)\b))",
    re.IGNORECASE,
)
_WITHOUT_ZH = re.compile(
    r"(?:不含|不算|不包括|不包含|除去|除了|扣除|减去|未含|去掉)(?P<what>[\u4e00-\u9fff]{1,4}?)(?=的|后|,|，|[?？]|是|总|$)|(?P<tax>税)前"
)
_CAPITALISED = re.compile(
    r"(?<![.!?:] )(?<!^)(?<![\w'’])[A-ZÀ-Þ][\w&'’-]*(?:\s+(?:&\s+|of\s+|the\s+)?[A-ZÀ-Þ][\w&'’-]*)*"
)
_NO_NAMES = re.compile(
    r"I|I'm|[A-Z]{1,3}|IBAN|WIFI|Wi-?[Ff]i|EAN-\d+|English|Chinese|"
    + "|".join((*calendar.month_name[1:], *(f"{day}s?" for day in calendar.day_name)))
)
"""Words with a capital that name nobody."""
_PLAIN = re.compile(
    rf"{pattern_of('en').pattern}|\b(?:what|which|who|when|where|how|give|tell|scan|please|why|do|could)\b",
    re.IGNORECASE,
)
"""Words with a capital that begin a question, or shout."""
_AND = re.compile(r"\s*(?:[,、，]|,?\s*\band\b|和|与|以及)\s*(?:an?\s+|the\s+|any\s+)?", re.I)
_COMPARES = re.compile(
    r"\b(?:more|most|less|least|fewer|cheaper|cheapest|dearer|older|newer|higher|lower)\b|更|最",
    re.IGNORECASE,
)


@lru_cache(maxsize=256)
def parts_of(question: str, language: Language) -> tuple[Part, ...]:
    """The things that a question asks for, in their order; at least one.

    A part that leans on the one before it is made whole: "Is there a dog? What colour is it?" asks
    for the colour of the dog. "Are you sure?" beside another question asks for nothing more.
    """
    parts: list[Part] = []
    asked = asked_texts(question)
    for text, name in [one for one in asked if not asks_again(one[0])] or asked[:1]:
        whole = whole_question(text, Earlier(parts[-1].text), language) if parts else text
        parts.append(_part(whole, name, language))
    return tuple(parts)


def _part(text: str, name: str, language: Language) -> Part:
    without = frozenset(_without(text, language))
    asked = _WITHOUT.sub(" ", text) if language == "en" else _WITHOUT_ZH.sub("", text)
    fields = fields_in(asked) | set(filter(None, [field_meant(asked)]))
    kind = _kind(asked, fields, language)
    of_payment = kind == "yes/no" and asks_how_paid(text)
    return Part(
        text=text,
        name=name,
        kind=kind,
        fields=_PAYMENT if of_payment else fields,
        without=without,
        names=() if of_payment else tuple(_names(asked, language)),
        things=_things(asked, language),
        of_text=_TEXT.search(text) is not None,
        of_several=_SEVERAL.search(text) is not None,
        of_payment=of_payment,
    )


_PAYMENT = frozenset({"payment method", "cash"})
_PAID = re.compile(
    r"\b(?:pay|pays|paid|payment|paying|charged|settled)\b|付|支付|刷|结账|买单", re.IGNORECASE
)
_ONLY_PAID = re.compile(r"\W*(?:is|was) (?:it|this|that)\b(?: an?| by| in)* $", re.IGNORECASE)


def asks_how_paid(text: str) -> bool:
    """Whether a question speaks of a means of payment as one: "by card", "Was it cash?"."""
    named = means_named(text)
    is_all = bool(named) and _ONLY_PAID.fullmatch(text[: text.find(named[0])]) is not None
    return bool(named) and (_PAID.search(text) is not None or is_all)


def _things(text: str, language: Language) -> tuple[str, ...]:
    spans = list(label_spans(text, language))
    joined = {
        label
        for (_, end, first), (start, _, second) in itertools.pairwise(spans)
        if _AND.fullmatch(text[end:start])
        for label in (first, second)
    }
    return tuple(dict.fromkeys(label for _, _, label in spans if label in joined))


def _kind(text: str, fields: frozenset[str], language: Language) -> Kind:
    if asks_yes_no(text, language):
        return "yes/no"
    for kind, english, chinese in () if asked_elsewhere(text) else _KINDS:
        if kind == "name" and _COMPARES.search(text):
            continue  # "Which shop cost more?" asks for a picture
        if (english if language == "en" else chinese).search(text):
            return kind
    if asks_colour_of_drawing(text):
        return "colour"
    types = {field.value_type for field in field_kinds() if field.name in fields}
    types |= {"amount"} if "tip" in fields else set()
    return _OF_TYPE.get(types.pop(), "open") if len(types) == 1 else "open"


def _without(text: str, language: Language) -> Iterator[str]:
    pattern = _WITHOUT if language == "en" else _WITHOUT_ZH
    for match in pattern.finditer(text):
        what = (match.groupdict().get("what") or match.groupdict().get("tax") or "").strip()
        fields = fields_in(what)
        if fields:
            yield from fields


_NAMED_ZH = re.compile(r"(?P<name>[\u4e00-\u9fff]{2,8}?[店行馆院厂场园社司铺局所庄楼坊吧])的")
_NO_NAME_ZH = re.compile(r"^(?:[这那哪本该贵]|一共|告诉|给我|什么)|[是有在叫的]")
_WHERE_ZH = re.compile(r"^(?:请问)?(?:(?:收据|小票|发票|账单|图片?|照片)[上里中]?)?")


def _names(text: str, language: Language) -> Iterator[str]:
    """Proper names within a question; none where it is all in capitals or title case.

    Chinese ones are told by the kind of house that they end with: 布林修车行的电话.
    """
    if language == "zh":
        for match in _NAMED_ZH.finditer(text):
            name = _WHERE_ZH.sub("", match["name"])
            if name and not _NO_NAME_ZH.search(name) and name not in words_in("houses"):
                yield name
    words = re.findall(r"[A-Za-z]\S*", text)
    if sum(word[0].isupper() for word in words) * 2 > len(words) + 1:
        return
    for match in _CAPITALISED.finditer(re.sub(r"\"[^\"]*\"|“[^”]*”|'[^']*'", " ", text)):
        name = _PLAIN.sub("", re.sub(r"['’]s$", "", match[0])).strip()
        name = without_asking_elsewhere(name).strip() if asked_elsewhere(text) else name
        is_label = any(end - start == len(name) for start, end, _ in label_spans(name, "en"))
        known = fields_in(name) or is_label or name.casefold() in COLOURS
        if name and not known and not all(_NO_NAMES.fullmatch(w) for w in name.split()):
            yield name
