"""Finds labels in the sentences of an answer: only what surely is one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Literal

from tools.words.questions import HAN
from tools.words.tables import words_of

_MEASURES = "个只辆张条匹头把本台部架艘列棵根盆群"
_NUMBER = "[0-9 一二两三四五六七八九十百几多这那每]"
_BEFORE = "有无没是和与或跟及的到见像色黑白灰花"
_AFTER = "和与或跟及在都也的吗呢了吧么"
_PART_OF_A_WORD = "[民类员口工性体身格才力物家行质士生数气缘上桶克仔肉奶角包架法籍店柜单板体子]"
"""Characters that make another word of a counted single one: 一个人民币, 这个书包."""


def label_words(text: str, language: Literal["en", "zh"]) -> set[str]:
    """The COCO labels, groups and colours that a sentence speaks of.

    English: whole words, longest first ("hot dog" is no dog). Chinese: names of at least two
    characters anywhere; single characters behind a measure word ("3只狗") or where what stands
    around them shows a word of its own ("没有狗。"), so that 人民 holds no person.
    """
    return {label for _, label in label_places(text, language)}


def label_places(text: str, language: Literal["en", "zh"]) -> Iterator[tuple[int, str]]:
    """Where each word of `label_words` begins, and its label."""
    yield from ((start, label) for start, _, label in label_spans(text, language))


def label_spans(text: str, language: Literal["en", "zh"]) -> Iterator[tuple[int, int, str]]:
    """Where each word of `label_words` begins and ends, and its label."""
    words = _words()
    for match in _pattern(language).finditer(text.casefold()):
        yield match.start(), match.end(), words[match[0]]


@cache
def _words() -> dict[str, str]:
    return words_of("groups") | words_of("colours") | words_of("things")


@cache
def _pattern(language: Literal["en", "zh"]) -> re.Pattern[str]:
    """One pattern for all words of a language, longest first, so that no match hides in another."""
    words = sorted(_words(), key=len, reverse=True)
    english = [re.escape(word) for word in words if not HAN.search(word)]
    if language == "en":
        return re.compile(rf"\b(?:{'|'.join(english)})\b")
    han = [word for word in words if HAN.search(word)]
    several = "|".join(word for word in han if len(word) > 1)
    single = "".join(word for word in han if len(word) == 1)
    things = single.replace("人", "")
    counted = rf"(?:(?<=[{_MEASURES}])[{things}]|(?<={_NUMBER}个)人)(?!{_PART_OF_A_WORD})"
    alone = rf"(?:(?<![\u4e00-\u9fff])|(?<=[{_BEFORE}]))[{single}](?=[^\u4e00-\u9fff]|$|[{_AFTER}])"
    return re.compile(rf"{several}|{counted}|{alone}|\b(?:{'|'.join(english)})\b")
