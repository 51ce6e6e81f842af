"""Plans questions whether anything, or some words, are written: they are read, never looked for.

The built-in weights look for dogs where it is asked whether the sign mentions dogs. Of every other
question it says nothing, and the weights plan it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from langchain_core.messages import BaseMessage

from agent.planners.builtin.plans.asked import READ, asked_of
from agent.planners.builtin.plans.kinds import Turn, abstain, said
from tools.evidence import Evidence

_QUOTE = "\"'“”‘’「」"
_ASKS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        (
            r"(?:does|do|did) .{1,40}?\b(?:say|mention)s? "
            r"(?:anything (?:about|on) |the words? )?(?P<words>.+)"
        ),
        (
            rf"(?:is|are) (?:the )?words? [{_QUOTE}]?(?P<words>[^{_QUOTE}]+?)[{_QUOTE}]? "
            r"(?:written|printed|mentioned|on|in|there|here)\b.*"
        ),
        (
            r"(?:is|are) there (?:anything|something|a (?:word|line|note|sentence))(?: \w+)? "
            r"(?:about|on|concerning) (?P<words>.+)"
        ),
        rf"(?:is|are) [{_QUOTE}](?P<words>[^{_QUOTE}]+)[{_QUOTE}] (?:written|printed)\b.*",
        (
            r".{0,12}?(?<!没有)(?:写|印|提到|提及)(?:着|有|了|到)?(?:关于)?(?P<words>.+?)"
            r"(?:的字样|这个词|字样)?了?(?:[吗嘛]|(?<!什)么)"
        ),
        r".{0,12}?有没有(?:写|印|提到|提及)(?:着|到)?(?P<words>.+?)(?:的字样|字样)?",
    )
)
_EDGE = " ?？.。!！"
_ANY = re.compile(
    r"(?:(?:is|are) there|(?:do|can) you (?:see|find)|does (?:it|this|(?:the|this) \w+) "
    r"(?:have|contain|show)|has it) "
    r"(?:any |some |a )?(?:text|words?|writing|letters?|anything written)"
    r"(?: (?:there|here|at all|(?:in|on) (?:the|this|it)\b.{0,30}))?"
    r"|is (?:(?:any|some) (?:text|writing)|(?:anything|something) (?:written|printed))"
    r"(?: (?:there|here|visible|shown|(?:in|on) (?:the|this|it)\b.{0,30}))?"
    r"|.{0,8}?(?:有没?有?|看[得到见])(?:任何|一些)?(?:文字|字|文本)(?:吗|么)?",
    re.IGNORECASE,
)
"""Whether there is any text."""
_OPEN = re.compile(r"(?:what|anything|something|the same|什么)\b|^it\b|什么", re.IGNORECASE)


def next_turn(messages: Sequence[BaseMessage], tools: Sequence[dict[str, Any]]) -> Turn | None:
    """What to do next for a question whether something is written; None: let the weights plan."""
    asked = asked_of(messages, tools, READ)
    is_any = asked is not None and _ANY.fullmatch(asked.text.strip(_EDGE)) is not None
    words = words_asked_for(asked.text) if asked is not None and not is_any else None
    if asked is None or (words is None and not is_any):
        return None
    if asked.is_refused:
        return abstain("unsure")
    if not asked.seen:
        return Turn(((READ, {"picture": asked.picture, "query": words, "region": None}),))
    return _answer(asked.seen[0].evidence or [], is_zh=asked.language == "zh")


def _answer(found: list[Evidence], *, is_zh: bool) -> Turn:
    if not found:
        return abstain("could_not_look")
    first = found[0]
    if first.status == "unsure":
        return abstain("unsure")
    if first.status == "none":
        no = "我看了,没有找到" if is_zh else "I looked and found no "
        told = f"{no}{{{first.id}.label}}"
    else:
        told = f"{'上面写着:' if is_zh else 'It says: '}{{{first.id}.text}}"
    return said(f"{told} [{first.id}]{'。' if is_zh else '.'}", f"{{exists {first.id}}}")


def words_asked_for(question: str) -> str | None:
    """The words of which it is asked whether they are written; None for every other question."""
    plain = question.strip(_EDGE)
    for pattern in _ASKS:
        if match := pattern.fullmatch(plain):
            words = match["words"].strip(_QUOTE + " ")
            return words if words and not _OPEN.search(words) else None
    return None
