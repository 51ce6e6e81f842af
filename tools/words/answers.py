"""What people answer to questions about photographs, in Chinese (`answers.txt`)."""

from __future__ import annotations

from functools import cache

from tools.words.labels import chinese
from tools.words.lists import columns_of

_ARTICLES = {"a", "an", "the"}


def answer_in_chinese(answer: str) -> str | None:
    """An English answer ("living room", "black and white", "a kitchen") in Chinese.

    None where a word of it is unknown. Numbers and what holds no Latin letter stay as they are.
    """
    if not any("a" <= letter <= "z" for letter in answer.casefold()):
        return answer
    parts = [without_article(part) for part in answer.casefold().split(" and ")]
    said = [_answers().get(part) or _label(part) for part in parts]
    return "和".join(part for part in said if part) if all(said) else None


def without_article(words: str) -> str:
    """ "a kitchen": kitchen."""
    words = " ".join(words.split())
    first, _, rest = words.partition(" ")
    return rest if rest and first.casefold() in _ARTICLES else words


def _label(word: str) -> str | None:
    """A label of the tables in Chinese; None for any other word."""
    named = chinese(word)
    return None if named == word else named


@cache
def _answers() -> dict[str, str]:
    return {word: named for words, named in columns_of("answers", 2) for word in words.split(", ")}
