"""How a question gets written down: slots filled, casing, politeness, typos; seeded."""

from __future__ import annotations

import random
import re

from agent.answer import Language

_SLOT = re.compile(r"\{(\w)\}")
_BEFORE_EN = [
    "please ",
    "hi, ",
    "hello, ",
    "hey, ",
    "quick question: ",
    "so, ",
    "ok, ",
    "Please ",
    "excuse me, ",
    "now ",
]
_AFTER_EN = [" please", ", please", " thanks", " thank you", ", do you know?", " pls"]
_BEFORE_ZH = ["请问", "请问一下,", "你好,", "麻烦问下,", "我想问", "帮我看看", "麻烦你,"]
_AFTER_ZH = ["谢谢", ",谢谢", ",请回答"]


def _typo(word: str, rng: random.Random) -> str:
    if len(word) < 4 or not (word.isascii() and word.isalpha()):
        return word
    at = rng.randint(1, len(word) - 2)
    kind = rng.random()
    if kind < 0.4:
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    if kind < 0.75:
        return word[:at] + word[at + 1 :]
    return word[:at] + word[at] + word[at:]


def misspell(text: str, rng: random.Random) -> str:
    """One word of the text with a typo."""
    parts = text.split(" ")
    at = rng.randrange(len(parts))
    parts[at] = _typo(parts[at], rng)
    return " ".join(parts)


def write(
    phrasing: str,
    slots: dict[str, str],
    language: Language,
    rng: random.Random,
    *,
    clean: bool = False,
) -> str:
    """Fill a phrasing in; what stands in slots is left as it is (it may have to be copied)."""
    if language == "zh":
        return _write_zh(phrasing, slots, rng, clean=clean)
    parts = _SLOT.split(phrasing)
    fixed, names = parts[::2], parts[1::2]
    style = 1.0 if clean else rng.random()
    if style < 0.1:
        at = rng.randrange(len(fixed))
        fixed[at] = misspell(fixed[at], rng)
    case = rng.random()
    if case < 0.45 and fixed[0]:
        fixed[0] = fixed[0][0].upper() + fixed[0][1:]
    elif case < 0.5:
        fixed = [part.upper() for part in fixed]
    text = fixed[0]
    for name, part in zip(names, fixed[1:], strict=True):
        text += slots[name] + part
    if clean:
        return text
    text = _punctuated(text, rng)
    if rng.random() < 0.1:
        text = rng.choice(_BEFORE_EN) + text
    if rng.random() < 0.06:
        text = text.rstrip("?. ") + rng.choice(_AFTER_EN)
    return text


def _punctuated(text: str, rng: random.Random) -> str:
    roll = rng.random()
    if text.endswith("?"):
        if roll < 0.2:
            return text[:-1]
        if roll < 0.35:
            return text[:-1] + " ?"
    elif roll < 0.2:
        return text + "."
    return text


def _write_zh(
    phrasing: str, slots: dict[str, str], rng: random.Random, *, clean: bool = False
) -> str:
    text = _SLOT.sub(lambda match: slots[match[1]], phrasing)
    if clean:
        return text
    roll = rng.random()
    if text.endswith("?"):
        text = text[:-1] + ("?" if roll < 0.45 else "？" if roll < 0.8 else "")
    elif roll < 0.15:
        text += "。"
    if rng.random() < 0.1:
        text = rng.choice(_BEFORE_ZH) + text
    if rng.random() < 0.05:
        text = text.rstrip("?？。") + rng.choice(_AFTER_ZH)
    return text
