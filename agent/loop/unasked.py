"""Answers what is no question about a picture: small talk, and a question where no picture is.

No planner is asked and no tool looks; the answer says what may be asked.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from agent.answer import Answer, Language, Reason
from agent.grounding.wording import WORDING, language_of
from tools.words.lists import columns_of

_BETWEEN = re.compile(r"[^\w\s'’]+|\n+")


def small_talk(text: str, trace: Mapping[str, Any]) -> Answer | None:
    """The reply to a greeting, to thanks and the like; None where something else is said, too."""
    kind = _kind_of(text)
    return None if kind is None else _answer(text, kind, "no_question", trace)


def without_picture(text: str) -> Answer:
    """The reply where there is no picture yet: it asks for one, unless nothing was asked."""
    kind = _kind_of(text)
    if kind in (None, "greeting", "about"):
        return _answer(text, "no_picture", "no_picture", {})
    return _answer(text, kind, "no_question", {})


def _answer(text: str, words: str, reason: Reason, trace: Mapping[str, Any]) -> Answer:
    language = language_of(text)
    return Answer(
        answer=WORDING[language][words],
        short_answer="",
        language=language,
        abstained=True,
        reason=reason,
        confidence=0.0,
        claims=[],
        evidence=[],
        tool_calls=[],
        timings_ms={"total": 0.0, "planner": 0.0, "tools": 0.0},
        planner={"calls": 0, "repairs": 0},
        usage={},
        trace=dict(trace),
    )


def _kind_of(text: str) -> str | None:
    """What kind of small talk a text is as a whole: that of its first part."""
    parts = [" ".join(part.split()).casefold() for part in _BETWEEN.split(text)]
    known = _kinds(language_of(text))
    kinds = [known.get(part.replace("’", "'")) for part in parts if part]
    return kinds[0] if kinds and None not in kinds else None


@cache
def _kinds(language: Language) -> Mapping[str, str]:
    """Kinds of small talk by its words."""
    return {
        words: kind
        for kind, its, listed in columns_of("small_talk", 3)
        if its == language
        for words in listed.split(", ")
    }
