"""Questions and statements in words, English and Chinese, from `templates.txt`."""

from __future__ import annotations

import random
import re
from collections import defaultdict
from functools import cache
from typing import Literal

from training.fusion.questions.chinese import chinese
from training.fusion.questions.english import english
from training.fusion.questions.lexicon import rows
from training.fusion.questions.queries import Slots

Language = Literal["en", "zh"]
Form = Literal["question", "statement"]
_SLOT = re.compile(r"\{(\w+)\}")


@cache
def templates() -> dict[tuple[str, str], tuple[list[str], list[int]]]:
    """Kind and language ("en statement" for statements) → texts and how often each is used."""
    found: defaultdict[tuple[str, str], tuple[list[str], list[int]]]
    found = defaultdict(lambda: ([], []))
    for kind, language, weight, text in rows("templates", 4):
        texts, weights = found[kind, language]
        texts.append(text)
        weights.append(int(weight))
    return dict(found)


def worded(
    kind: str, slots: Slots, language: Language, rng: random.Random, form: Form = "question"
) -> str:
    """A text for it, drawn by how often people use each form; empty where none fits its words.

    Raises:
        KeyError: there is no text for the kind in that language.
    """
    texts, weights = templates()[kind, language if form == "question" else f"{language} statement"]
    filled = english(dict(slots)) if language == "en" else chinese(dict(slots))
    fitting = [
        (text, weight)
        for text, weight in zip(texts, weights, strict=True)
        if set(_SLOT.findall(text)) <= filled.keys()
    ]
    if not fitting:
        return ""
    (text,) = rng.choices([text for text, _ in fitting], [weight for _, weight in fitting])
    said = _SLOT.sub(lambda match: filled[match[1]], text)
    return said[0].upper() + said[1:] if form == "question" else said
