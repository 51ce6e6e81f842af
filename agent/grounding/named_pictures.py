"""Which of several pictures a question is about: "on the second receipt", "page 3", "第二张图".

Only what is said plainly restricts; "the first dog" names no picture, and who compares one picture
with the others asks about all.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache

from tools.evidence import number_and_page
from tools.words.picture_words import (
    LAST,
    Kind,
    chinese_ordinals,
    chinese_words,
    english_numbers,
    english_ordinals,
    english_words,
    kinds,
    ordinal,
)

_COMPARES = re.compile(
    r"\b(?:others?|rest|than|differ\w*|compared?|same|between|both|all|every|each)\b"
    r"|其[他它余]|别的|相比|比|区别|差|一样|相同|都|所有|每",
    re.IGNORECASE,
)


def named_pictures(question: str, pictures: Sequence[str]) -> list[str] | None:
    """Those of the pictures (ids) that the question restricts itself to; None where it does not.

    Empty where it names a page that is not there.
    """
    if len(pictures) < 2 or _COMPARES.search(question):
        return None
    by_kind: dict[Kind, set[int]] = {}
    for kind, number in _named(question):
        by_kind.setdefault(kind, set()).add(number)
    chosen = list(pictures)
    for kind, numbers in by_kind.items():
        chosen = [picture for picture in chosen if _is_of(picture, kind, numbers, pictures)]
    if not chosen and set(by_kind) == {"picture"}:  # "receipt 5512" is no picture's number
        return None
    return chosen if by_kind else None


def names_a_picture(question: str) -> str:
    """The words by which a question names pictures ("the second receipt"); empty without any."""
    named = _english().search(question) or _chinese().search(question)
    return named[0] if named else ""


def is_picture_name(text: str) -> bool:
    """Whether a text names pictures, and nothing else: "the second one", 第二张."""
    return bool(_english().fullmatch(text) or _chinese().fullmatch(text))


def without_named(question: str) -> str:
    """The question as one about a single picture: without the words that say which one."""
    rest = _chinese().sub("", question)
    rest = _english().sub(lambda named: f"the {_noun(named)}", rest)
    return re.sub(r"^[\s,，:：的]+", "", rest) or question


def _named(question: str) -> Iterator[tuple[Kind, int]]:
    for number in re.findall(r"\bimg_(\d+)", question):
        yield "picture", int(number)
    for match in [*_english().finditer(question), *_chinese().finditer(question)]:
        kind, given = kinds()[_noun(match).casefold()], match.groupdict()
        told = given["numbers"] or given["ordinals"] or given["alone"]
        for word in re.findall(rf"{chinese_ordinals()}|[A-Za-z]+", told):
            number = ordinal(word)
            if number is not None:
                yield kind, number


def _noun(named: re.Match[str]) -> str:
    """What the pictures are called; "the second one" is a picture."""
    return named["noun"] or named["counted"] or "picture"


def _is_of(picture: str, kind: Kind, numbers: set[int], pictures: Sequence[str]) -> bool:
    """Whether a picture is one of those that a word and its numbers mean."""
    number, page = number_and_page(picture)
    all_pages = [number_and_page(p) for p in pictures]
    files = [file for file, _ in all_pages]
    is_file = kind == "picture" or all(p is None for _, p in all_pages)
    if is_file and len(set(files)) > 1:
        return number in numbers or (LAST in numbers and number == max(files))
    last = max(p or 1 for file, p in all_pages if file == number)
    return (page or 1) in numbers or (LAST in numbers and (page or 1) == last)


@cache
def _english() -> re.Pattern[str]:
    nouns, ordinals = english_words(), english_ordinals()
    several = rf"{ordinals}(?:\s*(?:,|and|or|&|to|,\s*and)\s*(?:the\s+)?{ordinals})*"
    number = english_numbers()
    numbers = rf"{number}(?:\s*(?:,|and|or|&|,\s*and)\s*{number})*"
    return re.compile(
        rf"\b(?:(?:(?:the|my)\s+)?(?P<ordinals>{several})\s+(?P<noun>{nouns})\b"
        rf"|the\s+(?P<alone>{several})(?:\s+ones?\b|(?=\W*$))"
        rf"|(?:(?:the|my)\s+)?(?P<counted>{nouns})\s+(?:#|no\.?\s*)?(?P<numbers>{numbers})\b"
        r"(?!\s*[%$€£]))",
        re.IGNORECASE,
    )


@cache
def _chinese() -> re.Pattern[str]:
    nouns, ordinals = chinese_words(), chinese_ordinals()
    several = rf"{ordinals}(?:[张幅页份]?[、和与]第?{ordinals})*"
    return re.compile(
        rf"在?(?:(?:第(?={ordinals})|(?=最后))(?P<ordinals>{several})"
        rf"\s*(?P<noun>{nouns})|(?P<counted>图片|图)\s*(?P<numbers>{ordinals}))"
        r"(?:里面|上面|上|里|中)?的?"
    )
