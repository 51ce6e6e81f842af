"""Words of a question that tell which of several pictures it means: "the bill from Lime Grocers".

They do where they are written in some of the pictures and not in all.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache

from agent.answer import Language
from agent.grounding.field_names import fields_in
from agent.grounding.question_parts import parts_of
from agent.planners.builtin.plans.several_questions import SeveralQuestion
from tools.evidence import Evidence
from tools.words.lists import words_in
from tools.words.picture_words import english_words, kinds, ordinals
from tools.words.predicates import pattern_of
from tools.words.sentences import label_words

_WORD = re.compile(r"[^\W\d_][\w'’&-]{2,}")
_HAN = re.compile(r"[\u4e00-\u9fff]{2,}")
_SHORTEST_HAN, _LONGEST_HAN = 3, 12
_OF_DOCUMENTS = ("amount", "rate", "date", "time", "name", "place")
_ASKING_HAN = re.compile(
    r"什么|多少|怎么|如何|时候|是否|没有|[哪谁几的是了吗呢在有那这和与张幅页份]"
)
_LATIN = re.compile(r"[A-Za-z][A-Za-z0-9'’&-]+(?: [A-Za-z][A-Za-z0-9'’&-]+)*")


def words_that_may_tell(question: SeveralQuestion, language: Language) -> tuple[str, ...]:
    """Names and other words that are neither what is asked for nor grammar.

    Only names, where no document is asked for anything.
    """
    if question.form != "each" or len(question.pictures) < 2:
        return ()
    text = question.asked
    parts = parts_of(text, language)
    is_of_document = any(part.fields or part.kind in _OF_DOCUMENTS for part in parts)
    if language == "zh":
        return tuple(_other_words(text)) if is_of_document else ()
    names = [name for part in parts for name in part.names]
    rest = [w for w in _WORD.findall(text) if not any(w in name for name in names)]
    return tuple(dict.fromkeys([*names, *filter(_tells, rest if is_of_document else ())]))


def without(word: str, question: str) -> str:
    """The question without a word that told the picture: "How much did I pay?"."""
    if word[0] >= "\u3400":
        return question.replace(word, "")
    here = rf"(?:the\s+)?{re.escape(word)}(?:['’]s)?"
    behind = rf"(?=\s+(?:{english_words()})\b)"
    rest = re.sub(rf"{re.escape(word)}{behind}\s+", "", question, count=1, flags=re.IGNORECASE)
    if rest == question:
        before = r"\s+(?:(?:from|at|of|by|for|in|on|with|to)\s+)?"
        rest = re.sub(before + here, "", question, count=1, flags=re.IGNORECASE)
    return rest


def told_by(
    words: Sequence[str], texts: Mapping[str, Sequence[Evidence]]
) -> tuple[str, dict[str, tuple[Evidence, ...]]]:
    """The word that tells, and the texts of the pictures that hold it; "" where none does."""
    for word in words:
        found = {
            picture: tuple(e for e in read if e.group is None and _holds(e.text or "", word))
            for picture, read in texts.items()
        }
        held = {picture: whole for picture, whole in found.items() if whole}
        if held and len(held) < len(texts):
            return word, held
    return "", {}


def _holds(text: str, word: str) -> bool:
    from rapidfuzz import fuzz

    if word[0] >= "\u3400":
        return word in text
    if re.search(rf"\b{re.escape(word)}s?\b", text, re.IGNORECASE):
        return True
    return " " in word and fuzz.partial_ratio(word.casefold(), text.casefold()) >= 85


def _tells(word: str) -> bool:
    folded = word.casefold()
    return not (
        folded in words_in("asking_words")
        or folded in kinds()
        or folded in ordinals()
        or folded in words_in("function_words")
        or fields_in(folded)
        or label_words(folded, "en")
        or _own_word().fullmatch(folded)
    )


@cache
def _own_word() -> re.Pattern[str]:
    return re.compile(pattern_of("en").pattern, re.IGNORECASE)


def _other_words(text: str) -> list[str]:
    """Of a Chinese question: what is written in Latin letters, then all runs of characters.

    The longest first; none that holds the name of a field or words that ask.
    """
    pieces = [piece for run in _HAN.findall(text) for piece in _ASKING_HAN.split(run)]
    runs = {
        piece[start : start + length]
        for piece in pieces
        for length in range(_SHORTEST_HAN, _LONGEST_HAN + 1)
        for start in range(len(piece) - length + 1)
    }
    latin = [name for name in _LATIN.findall(text) if " " in name or _tells(name)]
    kept = (run for run in runs if not fields_in(run) and not label_words(run, "zh"))
    return [*latin, *sorted(kept, key=lambda run: (-len(run), run))]
