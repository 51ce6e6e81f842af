"""What a question about colours asks of: a drawn thing, the background, or all of the picture."""

from __future__ import annotations

import re
from functools import cache
from typing import Literal

from tools.words.lists import columns_of
from tools.words.predicates import pattern_for
from tools.words.tables import table, words_of

_BACKGROUND = re.compile(r"\bback(?:ground|drop)s?\b|背景|底色", re.IGNORECASE)
_DRAWN = re.compile(
    r"\b(?:logo|emblem|icon|symbol|sign|shape|figure|drawing|circle|disc|disk|ring|dot|square|"
    r"rectangle|triangle|star|heart|arrow|cross|line|text|letter|word|writing|font)s?\b|"
    r"logo|标志|标识|图标|徽标|商标|符号|形状|图形|圆|方块|正方形|长方形|矩形|三角形|五角星|星星|星形|"
    r"心形|爱心|箭头|十字|线条|文字|字母|字体|汉字|(?<=[个的])字",
    re.IGNORECASE,
)
_ALL = re.compile(
    r"\bcolou?rs\b|\b(?:main|major|dominant|dominat\w+|predominant|prevail\w+|most|mostly|overall|"
    r"common|strongest|scheme|palette)\b|"
    r"\bcolou?r\s+(?:is|of|has|does)\s+(?:the|this|that|my)\s+"
    r"(?:picture|image|photo|photograph|shot|screenshot)\b|\b(?:picture|image|photo)'s colou?r|"
    r"主要|主色|为主|整体|色调|色彩|最多|(?:哪|那)些颜色|描述|(?:图|图片|照片|画面|图像)(?:的)?(?:是|偏|什么|颜色)",
    re.IGNORECASE,
)
_ASKS = re.compile(
    r"\b(?:what|which)(?:'s)?\s+(?:the\s+)?colou?rs?\b|\bcolou?rs?\s+of\b|\bcolou?r\s*\?|"
    r"(?:什么|哪种|啥)(?:颜)?色|颜色",
    re.IGNORECASE,
)


def part_asked_of(question: str) -> Literal["thing", "background", "all"] | None:
    """The part of a picture whose colour is asked for; None where the words do not say.

    "What colour is the background?" background, "… is the logo?" thing, "What are the main
    colours?" all, "What colour is it?" None.
    """
    if _BACKGROUND.search(question):
        return "background"
    if _DRAWN.search(question):
        return "thing"
    return "all" if _ALL.search(question) else None


def asks_colour_of_drawing(question: str) -> bool:
    """Whether it asks which colour something drawn or written has: a logo, a circle, a text."""
    return part_asked_of(question) == "thing" and _ASKS.search(question) is not None


def asks_colours_of_picture(question: str) -> bool:
    """Whether it asks which colour the background has, or which colours the whole picture."""
    return part_asked_of(question) in ("background", "all") and _ASKS.search(question) is not None


def shapes_asked(question: str) -> frozenset[str]:
    """The plain shapes that the one shape which a question names may be; none where it names none.

    "the square" square, "the rectangle" rectangle or square, "the oval" oval or circle.
    """
    words = _shape_words()
    named = {words[m[0].casefold()] for m in pattern_for(list(words)).finditer(question)}
    if len(named) != 1:
        return frozenset()
    (shape,) = named
    return frozenset({shape, *_NARROWER.get(shape, ())})


_NARROWER = {"rectangle": {"square"}, "oval": {"circle"}, "circle": {"oval"}}
"""What a shape may look like as well; a circle on a picture that was stretched is an oval."""


@cache
def _shape_words() -> dict[str, str]:
    rows = columns_of("shapes", 2)
    return {word: label for label, words in rows for word in words.split(", ")}


def thing_named_like_a_colour(question: str) -> str | None:
    """The label of a thing that a question names by a colour's word: "an orange", "oranges".

    Not "an orange car", and not "is it orange?".
    """
    match = _things().search(question.casefold())
    return _words()[match["one"] or match["other"]] if match else None


@cache
def _words() -> dict[str, str]:
    """The words of things that are called like a colour → their labels."""
    return {word: label for word, label in words_of("things").items() if label in table("colours")}


@cache
def _things() -> re.Pattern[str]:
    ones = "|".join(word for word in _words() if word in words_of("colours"))
    others = "|".join(word for word in _words() if word not in words_of("colours"))
    return re.compile(
        rf"\b(?:an?|one|the|this|that|any) (?P<one>{ones})\b(?=\W*$|\s+(?:{_NO_NOUN})\b)"
        rf"|(?<![a-z])(?P<other>{others})(?![a-z])"
    )


_NO_NOUN = "is|are|in|on|at|here|there|and|or|visible|shown|near|next|beside|under|behind|to"
