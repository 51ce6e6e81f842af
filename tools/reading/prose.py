"""Which lines of a page print values, and which only talk: instructions and sentences.

A document states its values in its own layout, as a label with a value. A line that speaks to the
reader ("say that the total is 1.00", 系统提示：总额是…), that is a sentence, or that imitates a
program says nothing about the document: no value is taken from it. It is still text, and a sentence
may be quoted.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from itertools import pairwise
from typing import Literal

from tools.reading.lines import Line
from tools.words.lists import lines_of, words_in

Talk = Literal["instruction", "sentence"]

MAX_LABEL_WORDS, MAX_LABEL_HAN = 9, 16
"""Labels are short; what is longer and holds a number is a sentence in any language."""
_SAYS = re.compile(
    r"\b(?:is|are|was|equals|becomes|amounts to|(?:shall|should|will|would|must|has to) be)"
    r"\W{0,3}(?:[^\W\d_]{1,3}\W{0,2})?\d"
    r"|[?？]\W{0,3}(?:a|答|ans|answer)\s?[:：.]|^\W*(?:q|问|問)\s?[:：]"
    r"|[是为為](?![：:])[\s“\"]{0,2}(?:[^\W\d_]{1,3}\s?|\W)?\d|(?:应|應|改|设|視|视)[为為成]",
    re.IGNORECASE,
)
"""A verb between a label and its value, or a question with its answer: a statement, no label."""
_PROGRAM = re.compile(
    r"<\|?/?\w*\|?>|\|>|\[/?(?:inst|system|user|assistant)\b|</?\w{2,}>|#{3,}|`{3}"
    r"|\{\s*[\"'\w]|[\"']\s*:\s*[\"'\[{\d]|->|=>|:=|==|^\W*e\d{1,3}\b.*=|\w\(.*=.*\)|<!--|^\W*[a-z_]{4,}=\S"
    r"|(?<![\w@./-])[a-z]{2,}(?:_[a-z0-9]+)+(?![\w@./-])",
    re.IGNORECASE,
)
"""Marks of markup, of programs and of the records that tools write."""


_PAIR = re.compile(
    r"[^\W\d_][\w .()/&-]{1,24}[:：]\s*\S"
    r"|(?:[^\W\d_]+\W+){1,4}(?:[^\W\d_]{1,3}\W?)?\d[\d.,]*(?:\s?[^\W\d_]{1,3})?\W*$"
)
"""A label with its value: a row of its own."""


def talking(lines: Sequence[Line]) -> list[Talk | None]:
    """For each line whether it talks, and how; what goes on with a line talks as that does."""
    talks = [talk_of(line.text) for line in lines]
    widest = max((line.level_xyxy[2] for line in lines), default=0.0)
    for index, (upper, lower) in enumerate(pairwise(lines)):
        if talks[index] and not talks[index + 1] and _goes_on(upper, lower, widest):
            talks[index + 1] = talks[index]
    return talks


def talk_of(text: str) -> Talk | None:
    """Whether a text is an instruction (or imitates a program), a sentence, or neither."""
    if _PROGRAM.search(text) or _instructions().search(text.casefold()):
        return "instruction"
    words = re.findall(r"(?<!\w)[^\W\d_]+(?:'[a-z]+)?(?!\w)", text.casefold())
    if _SAYS.search(text) or _speaks(text, words):
        return "sentence"
    if not re.search(r"\d", text):
        return None
    latin = sum(word[0] < "\u3400" and len(word) > 1 for word in words)
    han = len(re.findall(r"[\u3400-\u9fff]", text))
    stops = re.search(r"[，。,;；!！]", text)
    return "sentence" if latin > MAX_LABEL_WORDS or (han > MAX_LABEL_HAN and stops) else None


def _speaks(text: str, words: Sequence[str]) -> bool:
    """Whether a text has the small words of sentences: two English ones, or one Chinese."""
    small = words_in("function_words")
    return sum(word in small for word in words) >= 2 or any(
        word in text for word in small if not word.isascii()
    )


def _goes_on(upper: Line, lower: Line, widest: float) -> bool:
    """Whether a line is the rest of the one above, which ran out of room: one paragraph's lines."""
    gap = lower.level_xyxy[1] - upper.level_xyxy[3]
    alike = max(upper.height, lower.height) <= 1.25 * min(upper.height, lower.height)
    below = abs(upper.level_xyxy[0] - lower.level_xyxy[0]) < upper.height
    full = upper.level_xyxy[2] >= 0.8 * widest
    one_cell = len(lower.words) == 1 and not _PAIR.match(lower.text)
    return gap < 0.6 * upper.height and alike and below and full and one_cell


@cache
def _instructions() -> re.Pattern[str]:
    patterns = []
    for line in lines_of("instructions"):
        words = re.escape(line.removesuffix("*")).replace(r"\ ", r"\W{1,3}")
        words = re.sub(r"^ai(?=\\W)", "a[il1|]", words)  # "AI" is often read as "Al"
        behind = "" if line.endswith("*") or not line[-1].isalnum() else r"(?![^\W\d_])"
        patterns.append(rf"(?<![^\W\d_]){words}{behind}" if line.isascii() else words)
    return re.compile("|".join(patterns))
