"""Plans questions about the parties of a document: "Who is billed?", "the phone of Rose & Sons".

The built-in weights ask for a phone or an address and do not say whose. A question for a field of one
party is read for with its name or role; of every other question it says nothing, and the weights
plan it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from langchain_core.messages import BaseMessage

from agent.answer import Language
from agent.grounding.question_parts import parts_of
from agent.grounding.wording import language_of
from agent.planners.builtin.kinds import Turn, abstain, reports, said
from agent.planners.conversation import pictures_of, present_question
from tools.evidence import Evidence
from tools.reading.cues import legal_form, trade
from tools.reading.labels import field_of
from tools.reading.parties import Role, role_named
from tools.reading.party_queries import party_query
from tools.words.questions import HAN
from tools.words.tables import table

READ = "read_text"
_IT = r"(?:this|it|that|(?:the|this) (?:invoice|bill|receipt|document|order|letter|note))"
_RECIPIENT = re.compile(
    rf"(?:who|whom|which company|what company)(?: is| was| has been|'s) (?:being )?(?:billed|invoiced|charged)"
    rf"(?: (?:for|on|in|by) .*)?|(?:who|which company)(?: is| was|'s) {_IT} "
    rf"(?:for|to|(?:addressed|made out|billed|issued|sold|sent) to)|to whom (?:is|was) {_IT} .*"
    rf"|(?:who|which company) (?:has|needs|is) to pay.*"
    rf"|.*(?:开给|开具给|卖给)(?:了)?(?:谁|哪家公司|哪个公司|哪家单位)的?|谁(?:要|应该?|需要)付款",
    re.IGNORECASE,
)
_SENDER = re.compile(
    rf"who (?:issued|sent|wrote|made) {_IT}|(?:who|which company)(?: is| was|'s) {_IT} from"
    rf"|(?:who|which company) (?:sold|billed|invoiced) .*|.*是?(?:谁|哪家公司|哪个公司)(?:开具?|寄|发)(?:出)?的",
    re.IGNORECASE,
)
_WHO_IS = re.compile(
    r"(?:who|which company|which firm|what company)(?: is| was|'s) (?:the )?(?P<who>[\w -]+)"
    r"|what(?: is|'s) the (?:full )?name of the (?P<of>[\w -]+)|(?P<zh>.{2,6}?)(?:是谁|是哪家.{0,2}|叫什么(?:名字)?|的名[称字]是?什么?)",
    re.IGNORECASE,
)
_FIRM = re.compile(
    r"(?:(?:what|which)(?: is| was|'s) )?(?:the )?names? of (?:the|this) (?P<of>[\w -]+)"
    r"|(?:what|which) (?P<which>[\w -]+?)(?: is| was|'s) (?:this|it|that)(?: (?:receipt|bill|invoice|from).*)?"
    r"|what(?: is|'s) (?:this|the) (?P<called>[\w -]+) called|(?:这|那)(?:张.{1,2})?是?(?:哪家|哪个|什么)(?P<zh>.{1,4}?)的?"
    r"|(?:这家|这个|这间|该)(?P<name>.{1,4}?)(?:叫什么(?:名字)?|的?名[字称]是什么)",
    re.IGNORECASE,
)
_WHERE = re.compile(
    r"where(?: is| are|'s) (?P<en>.+?)(?: located| based| situated)?|(?P<zh>.+?)(?:位于|在)(?:哪里|哪儿|哪|什么地方)",
    re.IGNORECASE,
)
_CALL = re.compile(
    r"(?:how|(?:what|which) number).* (?:call|reach|phone|ring|dial|contact) (?P<who>.+?)(?: (?:on|at|under|by phone))?",
    re.IGNORECASE,
)
_LEAD = re.compile(
    r"^(?:请问|(?:please )?(?:give|tell|show|read) me |(?:what|which)(?: is| are|'s) )?(?:the )?",
    re.IGNORECASE,
)
_TRAIL = re.compile(r"(?:是|为)?(?:什么|多少|哪个|几号|啥)$")
_SMALL = ("of", "and", "the", "&", "de", "la", "du", "des", "und", "di", "y", "et")
"""Words that names have in small letters."""


def next_turn(messages: Sequence[BaseMessage], tools: Sequence[dict[str, Any]]) -> Turn | None:
    """What to do next for a question about a party; None: let the weights plan."""
    present = present_question(messages)
    if present is None:
        return None
    at, question = present
    pictures = pictures_of(messages[at])
    language = language_of(question)
    query = query_for(question, language)
    offered = any(tool["function"]["name"] == READ for tool in tools)
    seen = [r for r in reports(messages[at + 1 :]) if r.name == READ]
    if query is None or len(pictures) != 1 or not (offered or seen):
        return None
    if any(m.type == "human" for m in messages[at + 1 :]):  # the check refused the answer
        return abstain("unsure")
    if not seen:
        return Turn(((READ, {"picture": pictures[0], "query": query, "region": None}),))
    return _answer(seen[0].evidence or [], language)


def query_for(question: str, language: Language) -> str | None:
    """What to read for, in the question's language; None for every question of another kind."""
    parts = parts_of(question, language)
    if len(parts) != 1 or parts[0].kind == "yes/no" or parts[0].without:
        return None
    plain = question.strip(" ?？.。!！").replace("’", "'")
    if _RECIPIENT.fullmatch(plain):
        is_firm = re.search(r"company|firm|公司|单位", plain, re.IGNORECASE)
        return (
            {"en": "recipient", "zh": "收票方"}[language]
            if is_firm
            else _name("recipient", language)
        )
    if _SENDER.fullmatch(plain) or _asks_for_firm(plain):
        return _name("sender", language)
    return _name_of_role(plain, language) or _field_of_one(plain, language)


def _asks_for_firm(question: str) -> bool:
    """Whether the name of the firm is asked for, by what it does: "Which bakery is this?"."""
    match = _FIRM.fullmatch(question)
    kind = next(filter(None, match.groups()), "") if match else ""
    field = field_of(kind) if kind else None
    is_company = field is not None and field.name == "company"
    return bool(kind) and (is_company or bool(trade().fullmatch(kind.casefold())))


def _name(role: Role, language: Language) -> str:
    field = {"sender": "company", "recipient": "customer", "delivery": "delivery"}[role]
    entry = table("fields").get(field)
    return field if entry is None or language == "en" else entry.chinese


def _name_of_role(question: str, language: Language) -> str | None:
    """The query for the name of a role: "Who is the buyer?"."""
    match = _WHO_IS.fullmatch(question)
    role = role_named(next(filter(None, match.groups()), "")) if match else None
    return _name(role, language) if role else None


def _field_of_one(question: str, language: Language) -> str | None:
    """The query for a field of one party that is called by its role or its proper name."""
    if (match := _WHERE.fullmatch(question)) and (where := next(filter(None, match.groups()), "")):
        return _query("address", where, language) if _is_proper(where, of_firm=True) else None
    if (match := _CALL.fullmatch(question)) and _is_proper(match["who"]):
        return _query("phone", match["who"], language)
    lead = _TRAIL.sub("", _LEAD.sub("", question))
    asked = party_query(lead)
    if asked is None or asked.field is None or not (asked.role or _is_proper(asked.who)):
        return None
    return lead if asked.who == lead else _query(asked.field.name, asked.who, language)


def _query(field: str, who: str, language: Language) -> str:
    return f"{field} of {who}" if language == "en" else f"{who}的{table('fields')[field].chinese}"


def _is_proper(who: str, *, of_firm: bool = False) -> bool:
    """Whether a name is meant and no common noun: capitals tell it; in Chinese, what firms have."""
    if who.isascii() or not HAN.search(who):
        return all(word[0].isupper() for word in who.split() if word not in _SMALL)
    return not of_firm or bool(legal_form().search(who) or trade().search(who))


def _answer(found: Sequence[Evidence], language: Language) -> Turn:
    if not found:
        return abstain("could_not_look")
    first = found[0]
    if first.status != "found" or first.value is None:
        return abstain("not_found" if first.status == "none" else "unsure")
    told = f"{{{first.id}.label}}{'是' if language == 'zh' else ' is '}{{{first.id}.value}} [{first.id}]"
    return said(f"{told}。" if language == "zh" else f"The {told}.", f"{{{first.id}.value}}")
