"""The sentences of a template; a dot within a reference or a number ends none."""

from __future__ import annotations

import re

from agent.grounding.references import REFERENCE

_SENTENCE_END = re.compile(
    r"(?:(?<=[。！？])|(?<=[.!?])(?=\s+[^\W\d_a-z]|\s+[{\"“'\[]|\s*$)|(?<=[.!?]['\"”])(?=\s))"
)


def sentences(template: str) -> list[str]:
    """Split a template into sentences; a citation after the full stop stays with its sentence."""
    kept: list[str] = []
    template = template.replace("\0", " ")
    masked = REFERENCE.sub(lambda m: kept.append(m[0]) or f"\0{len(kept) - 1}\0", template)  # type: ignore[func-returns-value]
    masked = re.sub(r"([.!?。！？]['\"”]?)((?:\s*\[e\d[^\]]*\])+)", lambda m: m[2] + m[1], masked)
    parts = (part.strip() for part in _SENTENCE_END.split(masked))
    return [re.sub("\0(\\d+)\0", lambda m: kept[int(m[1])], part) for part in parts if part]


def capitalised(text: str) -> str:
    """The text as a sentence begins."""
    return text[:1].upper() + text[1:]
