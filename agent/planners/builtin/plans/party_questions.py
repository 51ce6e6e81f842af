"""Which questions are about one party of a document, and what to read for them; by pattern.

"Who is billed?", "the phone of Rose & Sons", "Which bakery is this?", 客户的地址. Planning is
`plans.parties`'.
"""

from __future__ import annotations

import re

from agent.answer import Language
from agent.grounding.question_parts import parts_of
from tools.reading.cues import legal_form, trade
from tools.reading.labels import field_of, plain
from tools.reading.parties import Role, role_named
from tools.reading.party_queries import party_query
from tools.words.lists import words_of_kind
from tools.words.questions import HAN
from tools.words.tables import table


def _one_of(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.IGNORECASE)


_IT = r"(?:this|it|that|(?:the|this) (?:invoice|bill|receipt|document|order|letter|note|goods))"
_WHO = r"(?:who|whom|(?:which|what) (?:company|firm))"
_IS = r"(?: is| was|'s)"
_RECIPIENT = _one_of(
    rf"{_WHO}(?:{_IS}| has been) (?:being )?(?:billed|invoiced|charged)(?: (?:for|on|in|by) .*)?",
    rf"{_WHO}{_IS} {_IT} (?:for|to|(?:addressed|made out|billed|issued|sold|sent) to)",
    rf"to whom{_IS} {_IT} .*|{_WHO} (?:has|needs|is) to pay.*",
    rf"{_WHO} (?:bought|ordered|purchased) (?:{_IT}|something|anything)",
    r".*(?:开给|开具给|卖给)了?(?:谁|哪家公司|哪个公司|哪家单位)的?|谁(?:要|应该?|需要)付款",
)
_SENDER = _one_of(
    rf"{_WHO} (?:issued|sent|wrote|made|sold|billed|invoiced) {_IT}|{_WHO}{_IS} {_IT} from",
    r".*是?(?:谁|哪家公司|哪个公司)(?:开具?|寄|发)出?的",
)
_DELIVERY = _one_of(
    rf"where(?:{_IS}| were| should) {_IT} (?:be )?(?:delivered|shipped|sent|going)(?: to)?",
    r".*(?:送|寄|发)(?:货|往|到|去)+(?:哪里|哪儿|什么地方|何处)",
)
_ROLE = _one_of(
    rf"{_WHO}{_IS} (?:the )?(?P<who>[\w -]+)",
    r"what(?: is|'s) the (?:full )?name of the (?P<of>[\w -]+)",
    r"(?P<zh>.{2,6}?)(?:是谁|是哪家.{0,2}|叫什么(?:名字)?|的名[称字]是?什么?)|谁是(?P<is_zh>.{2,6})",
)
_FIRM = _one_of(
    r"(?:(?:what|which)(?: is| was|'s) )?(?:the )?names? of (?:the|this) (?P<of>[\w -]+)",
    rf"(?:what|which) (?P<which>[\w -]+?){_IS} (?:this|it|that)"
    r"(?: (?:receipt|bill|invoice|from).*)?",
    r"what(?: is|'s) (?:this|the) (?P<called>[\w -]+) called",
    r"(?:这|那)(?:张.{1,2})?是?(?:哪家|哪个|什么)(?P<zh>.{1,4}?)的?",
    r"(?:这家|这个|这间|该)(?P<name>.{1,4}?)(?:叫什么(?:名字)?|的?名[字称]是什么)",
)
_WHERE = _one_of(
    r"where(?: is| are|'s) (?P<en>.+?)(?: located| based| situated)?",
    r"(?P<zh>.+?)(?:位于|在)(?:哪里|哪儿|哪|什么地方)",
)
_CALL = _one_of(
    r"(?:how|(?:what|which) number).* (?:call|reach|phone|ring|dial|contact) (?P<who>.+?)"
    r"(?: (?:on|at|under|by phone))?"
)
_LEAD = _one_of(
    r"^(?:请问|(?:please )?(?:give|tell|show|read) me |(?:what|which)(?: is| are|'s) )?(?:the )?"
)
_TRAIL = re.compile(r"(?:是|为|在)?(?:什么|多少|哪个|几号|啥|哪里|哪儿|何处)$")
_SMALL = ("of", "and", "the", "&", "de", "la", "du", "des", "und", "di", "y", "et")
"""Words that names have in small letters."""
_NAMES: dict[Role, dict[Language, str]] = {
    "sender": {"en": "company", "zh": "公司"},
    "recipient": {"en": "customer", "zh": "客户"},
    "delivery": {"en": "consignee", "zh": "收货人"},
}
_BILLED_FIRM: dict[Language, str] = {"en": "recipient", "zh": "收票方"}
"""Where a company is asked for: to the check, a customer is another field."""


def query_for(question: str, language: Language) -> str | None:
    """What to read for, in the question's language; None for every question of another kind."""
    parts = parts_of(question, language)
    if len(parts) != 1 or parts[0].kind == "yes/no" or parts[0].without:
        return None
    asked = question.strip(" ?？.。!！").replace("’", "'")
    if _RECIPIENT.fullmatch(asked):
        is_firm = re.search(r"company|firm|公司|单位", asked, re.IGNORECASE)
        return (_BILLED_FIRM if is_firm else _NAMES["recipient"])[language]
    if _DELIVERY.fullmatch(asked):
        return {"en": "delivery address", "zh": "收货地址"}[language]
    if _SENDER.fullmatch(asked) or _asks_for_firm(asked):
        return _NAMES["sender"][language]
    role = role_named(_found(_ROLE, asked))
    return _NAMES[role][language] if role else _field_of_one(asked, language)


def _asks_for_firm(question: str) -> bool:
    """Whether the name of the firm is asked for, by what it does: "Which bakery is this?"."""
    kind = _found(_FIRM, question)
    field = field_of(kind) if kind else None
    is_company = field is not None and field.name == "company"
    return is_company or plain(kind) in words_of_kind("heads", "firm")


def _field_of_one(question: str, language: Language) -> str | None:
    """The query for a field of one party that is called by its role or its proper name."""
    if where := _found(_WHERE, question):
        return _query("address", where, language) if _is_proper(where, of_firm=True) else None
    if (called := _found(_CALL, question)) and _is_proper(called):
        return _query("phone", called, language)
    lead = _TRAIL.sub("", _LEAD.sub("", question))
    asked = party_query(lead)
    if asked is None or asked.field is None or not (asked.role or _is_proper(asked.who)):
        return None
    return lead if asked.who == lead else _query(asked.field.name, asked.who, language)


def _found(pattern: re.Pattern[str], question: str) -> str:
    """The words that a pattern of a whole question is for; empty where it does not fit."""
    match = pattern.fullmatch(question)
    return next(filter(None, match.groups()), "") if match else ""


def _query(field: str, who: str, language: Language) -> str:
    return f"{field} of {who}" if language == "en" else f"{who}的{table('fields')[field].chinese}"


def _is_proper(who: str, *, of_firm: bool = False) -> bool:
    """Whether a name is meant and no common noun: capitals tell it; in Chinese, what firms have."""
    if not HAN.search(who):
        return all(word[0].isupper() for word in who.split() if word not in _SMALL)
    return not of_firm or bool(legal_form().search(who) or trade().search(who))
