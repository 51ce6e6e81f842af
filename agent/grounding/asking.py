"""Whether a text asks for something, and whether for a yes or no, in English and Chinese."""

from __future__ import annotations

import re
from functools import cache

from agent.answer import Language
from agent.grounding.field_names import field_pattern
from tools.words.lists import words_in
from tools.words.predicates import pattern_for, pattern_of
from tools.words.spelling import small_words_elsewhere

_BE_OR_DO = (
    r"(?:is|are|was|were|do|does|did|has|have|had|can|could|will|would|should|may|might|must|am)"
)
_POLITE = r"^(?:\W*(?:and|so|now|please|ok|okay|hi|hello|well|also|then|but)\b[\s,]*)*"
_REQUEST = re.compile(
    rf"{_POLITE}(?:(?:can|could|will|would) you (?:please )?)?"
    r"(?:tell|read|say|give|show|list|name|count|describe|check)\b(?: me)?(?P<inner>.*)",
    re.IGNORECASE,
)
"""What is asked as a request: only "tell me whether …" can be answered with yes or no."""
_YES_NO = re.compile(
    rf"{_POLITE}(?:{_BE_OR_DO}(?:n['’]t)?\b|any\b|there (?:is|are|was|were)\b)|"
    rf"^(?:if|whether)\b|\b(?:right|correct)\?$",
    re.IGNORECASE,
)
_ASKS_WHETHER = re.compile(
    rf"{_POLITE}(?:{_BE_OR_DO}(?:n['’]t)?|any)\b|^\W*(?:if|whether)\b", re.IGNORECASE
)
"""Like `_YES_NO` without what may be told as well: "There is a dog." asks nothing."""
_ASKS_WHICH = re.compile(
    r"\b(?:what|which|who|whom|whose|where|when|why|how)\b|\bor (?!not\b|no\b|none\b)",
    re.IGNORECASE,
)
_YES_NO_ZH = re.compile(
    r"(?:[吗么嘛]|没有|有没有|是不是|是否|有无|能不能|可不可以|对不对)\s*[?？。!！]*$"
    r"|有没有|是不是|是否|有无|能不能|可不可以|会不会"
)
_ASKS_WHICH_ZH = re.compile(
    r"什么|哪|谁|多少|几|怎么|如何|为何|为什么|还是|多[大高长重贵]|何[时处]"
)

_GREETING = re.compile(
    r"\W*(?:hello|hi|hey|ok|okay|please|thanks|你好|您好|请问)\W*", re.IGNORECASE
)


def asks(sentence: str) -> bool:
    """Whether a sentence asks for anything: "Hello!" does not, the name of a field does."""
    is_question = bool(re.search(r"[^\W_].*[?？]", sentence)) and not _GREETING.fullmatch(sentence)
    return is_question or asks_openly(sentence) or field_pattern().search(sentence) is not None


def asks_openly(clause: str) -> bool:
    """Whether a clause asks by its own words: "how many dogs", not "in the second picture"."""
    patterns = (_ASKS_WHICH, _ASKS_WHICH_ZH, _YES_NO_ZH, _REQUEST, _ASKS_WHETHER)
    return any(pattern.search(clause) for pattern in patterns)


def asked_elsewhere(text: str) -> bool:
    """Whether it is asked in another language than those that answers come in, by how it begins.

    Capitals within a question are names: "Is La Piazza open?" is English.
    """
    if text.lstrip().startswith("¿"):
        return True
    first, *others = re.findall(r"[^\W\d_]+", text)[:3] or [""]
    first = first.casefold()
    is_was = first == "was"  # "Was ist das Datum?"
    if not (is_was or (_asking_elsewhere().fullmatch(first) and not _is_english(first))):
        return False
    words = {first, *filter(str.islower, others[:1] if is_was else others)}
    return not all(map(_is_english, words & small_words_elsewhere()))


def _is_english(word: str) -> bool:
    return pattern_of("en").fullmatch(word) is not None


def without_asking_elsewhere(text: str) -> str:
    """A question of another language without the small words that it is asked with."""
    return _asking_elsewhere().sub(" ", text)


@cache
def _asking_elsewhere() -> re.Pattern[str]:
    return pattern_for([*words_in("other_languages"), *words_in("asking_elsewhere")])


def asks_yes_no(text: str, language: Language) -> bool:
    """Whether "yes" or "no" would be an answer."""
    if language == "zh":
        return bool(_YES_NO_ZH.search(text.strip())) and not _ASKS_WHICH_ZH.search(text)
    if asked_elsewhere(text):
        return False
    if request := _REQUEST.match(text.strip()):
        return re.match(r"\s*(?:if|whether)\b", request["inner"]) is not None
    return bool(_YES_NO.search(text.strip())) and not _ASKS_WHICH.search(text)
