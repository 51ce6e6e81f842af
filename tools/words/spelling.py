"""Mends slips of the keyboard in English questions: "whats teh totl?" asks what the total is.

Only a word that no dictionary knows is changed, and only into a word that questions of this kind
are made of (`question_words.txt`, fields, things); names, quotations, numbers and questions in
other languages stay as they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING

from tools.words.lists import words_in
from tools.words.tables import Vocabulary, words_of

if TYPE_CHECKING:
    from spellchecker import SpellChecker

_WORD = re.compile(r"(?<![\w@./'’-])[A-Za-z]+(?:['’][a-z]+)?(?![\w@/'’-]|\.\w)")
QUOTED = re.compile(r"\"[^\"]*\"|“[^”]*”|‘[^’]*’|(?<!\w)'[^']*'(?!\w)|「[^」]*」")
"""What is quoted, in English and Chinese marks: somebody's very words."""
_ANY_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_ASKED_BEHIND = re.compile(
    r"\s+(?:is|are|was|were|do|does|did|colou?rs?|kind|type|time|(?P<many>m[a-z]{1,3}[yh]))\b"
)
"""What stands behind "what", "how" or "where" at the beginning of a question."""
_TWO_SLIPS = 7
"""Letters from which on a word may have two slips."""
_SHORT = 4
"""Letters below which a word with a slip is a small word, or has two letters swapped."""
_LISTS = ("question_words", "function_words")
_TABLES: tuple[Vocabulary, ...] = ("fields", "colours", "groups", "things")


def respelled(question: str) -> str:
    """The question with slips mended where it is clear what was meant; else as it is."""
    words = [w for w in _words_to_check(question) if w[0].casefold() not in _meant()]
    if not words or _is_of_another_language(question):
        return question
    mended = {w.start(): _mended(w, question) for w in words}
    return _WORD.sub(lambda word: mended.get(word.start()) or word[0], question)


def is_word(word: str) -> bool:
    """Whether an English dictionary has it."""
    return word.casefold() in _dictionary()


def _words_to_check(question: str) -> Iterator[re.Match[str]]:
    """The words that are no names: in lower case, or first, and outside of quotation marks."""
    quoted = [range(*match.span()) for match in QUOTED.finditer(question)]
    for word in _WORD.finditer(question):
        is_first = not _ANY_WORD.search(question[: word.start()])
        if any(word.start() in span for span in quoted):
            continue
        is_whole = word[0].isalpha() or word[0].casefold() in _contractions()
        if is_whole and (word[0].islower() or (is_first and word[0][1:].islower())):
            yield word


def _is_of_another_language(question: str) -> bool:
    words = {word.casefold() for word in _ANY_WORD.findall(question)}
    if any(not word.replace("’", "'").isascii() for word in words):
        return True
    return bool(words & small_words_elsewhere())


@cache
def small_words_elsewhere() -> frozenset[str]:
    """Small words of other languages that are no words of English questions."""
    return words_in("other_languages") - _meant().keys()


def _mended(word: re.Match[str], question: str) -> str | None:
    """What was meant by a word; None where it stands in a dictionary, or nothing is near it."""
    typed = word[0].casefold()
    if (contraction := _contractions().get(typed)) is not None:
        return _like(word[0], contraction)
    is_first = not _ANY_WORD.search(question[: word.start()])
    asks = _ASKED_BEHIND.match(question[word.end() :]) if is_first else None
    if asks is None and (len(typed) < 3 or typed in _dictionary()):
        return None
    meant = _meant() if asks is None else ("how",) if asks["many"] else _asking()
    near = sorted((rank, known) for known in meant if (rank := _rank(typed, known)))
    if not near or (len(near) > 1 and near[0][0] == near[1][0]):
        return None
    return _like(word[0], near[0][1])


def _rank(typed: str, known: str) -> tuple[int, bool, int, bool] | None:
    """How near a word is: slips, none left out, whose list, another end; None if too far."""
    from rapidfuzz.distance import OSA

    most = 2 if len(typed) >= _TWO_SLIPS else 1
    slips = OSA.distance(typed, known, score_cutoff=most)
    if slips > most:
        return None
    same_start, swapped = typed[0] == known[0], sorted(typed) == sorted(known)
    if not (same_start or swapped):
        return None
    if len(known) <= len(typed) <= _SHORT and not swapped and known not in _asking():
        return None  # "cafe" is no cake
    if len(typed) < _SHORT and not swapped and (len(known) < 3 or known not in _small()):
        return None
    return slips, len(known) <= len(typed), _meant()[known], typed[-1] != known[-1]


def _like(typed: str, meant: str) -> str:
    """The word, with a capital where the typed one has it."""
    return meant[0].upper() + meant[1:] if typed[0].isupper() else meant


@cache
def _meant() -> dict[str, int]:
    """The words that may have been meant, and the rank of the list where they stand first."""
    words: dict[str, int] = {}
    for rank, name in enumerate(_LISTS):
        for word in words_in(name):
            words.setdefault(word, rank)
    for rank, vocabulary in enumerate(_TABLES, start=len(_LISTS)):
        for name in words_of(vocabulary, asked=True):
            for word in name.split():
                if word.isascii() and word.isalpha() and len(word) > 2:
                    words.setdefault(word, rank)
                    words.setdefault(f"{word}s", rank)
    return words


@cache
def _small() -> frozenset[str]:
    return words_in("question_words") | words_in("function_words")


@cache
def _asking() -> frozenset[str]:
    """The words that begin a question."""
    return frozenset({"what", "which", "who", "where", "when", "how", "whose", "what's"})


@cache
def _contractions() -> dict[str, str]:
    """Contractions by their letters: whats → what's."""
    return {word.replace("'", ""): word for word in words_in("question_words") if "'" in word}


@cache
def _dictionary() -> SpellChecker:
    from spellchecker import SpellChecker

    return SpellChecker(language="en", distance=1)
