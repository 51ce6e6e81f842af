"""How a question asks: for a thing, for there being none, or for which; by pattern, in code.

The short answer to a yes/no question is the literal truth of what was asked. "Is there no dog?"
with a dog in the picture is "no", without one "yes", and "没有狗吗？" likewise; but "Isn't there a
dog?" and "有没有狗？" ask whether there is one. The sentences of an answer state the fact itself
("I see 2 dogs."), which reads the same under either.
"""

from __future__ import annotations

import re
from typing import Literal

from agent.answer import Language

_NO_ONE = r"(?:no|none|nobody|nothing|no one|neither|not a single|not one)\b"
_LOOKING = "see|find|spot|detect|show|contain|have"
_SCENE = "picture|image|photo|photograph|scene|it|this"
_ABSENT = re.compile(
    rf"\b(?:is|are|was|were) there (?:\w+ly |just |then )?(?:{_NO_ONE}|not any\b|zero\b)"
    rf"|\bthere(?: is| are| was| were|['’]s|['’]re) (?:\w+ly )?(?:{_NO_ONE}|not\b)"
    r"|\bthere (?:is|are|was|were)n['’]t\b"
    rf"|\b(?:do|does|did|can|could)\b[^,;?]{{1,40}} (?:{_LOOKING}) {_NO_ONE}"
    rf"|^(?:is|are) {_NO_ONE}"
    rf"|\b(?:{_SCENE}) (?:\w+ly )?(?:without|free of|devoid of)\b"
    r"|\b(?:is|are)\b[^,;?]* absent\b",
    re.IGNORECASE,
)
_NO_NAME = re.compile(
    r"\bno[ -](?:parking|smoking|entry|entrance|stopping|trespassing|swimming|one way)\b"
    r"|\bor (?:no|not|none)\b",
    re.IGNORECASE,
)
_ABSENT_ZH = re.compile(
    r"(?<![有是])没有?(?!有|[呢啊呀吗嘛]?[?？。!！\s]*$)"
    r"|是没有?(?![?？\s]*$)|看不[到见]|不存在|(?<!有)无(?!人机|线)"
)
_SAME = re.compile(r"\b(?:same|identical|equal|alike|match(?:es|ing)?)\b|一样|相同|一致", re.I)
_APART = re.compile(r"\b(?:different|differs?)\b|不一样|不相同|不同|不一致", re.IGNORECASE)
_WHICH = re.compile(r"^\W*(?:(?:and|so|now|in) )*(?:what|which|where|list|name)\b", re.IGNORECASE)
_WHICH_ZH = re.compile(r"什么|哪[些种几]")


def asks_for_absence(question: str, language: Language) -> bool:
    """Whether "yes" would mean that there is none: "Are there no cats?", "图里没有猫吗？"."""
    if language == "zh":
        return _ABSENT_ZH.search(question) is not None
    return _ABSENT.search(_NO_NAME.sub(" ", question)) is not None


def asks_which(question: str, language: Language) -> bool:
    """Whether "yes" would be no answer: "Which animals are there?", "有哪些动物？"."""
    return (_WHICH_ZH if language == "zh" else _WHICH).search(question) is not None


def asks_sameness(question: str) -> Literal["same", "different"] | None:
    """Which of the two "yes" would mean: "Are they identical?" same, "两个码不同吗？" different."""
    if _APART.search(question):
        return "different"
    return "same" if _SAME.search(question) else None
