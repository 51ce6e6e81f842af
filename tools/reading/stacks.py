"""Letters that stand one below the other and make a word, as on the sign of a hotel.

Geometry only, on words as the engine boxed them; how the word is read is `tools.reading.page`'s.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from tools.reading.lines import Word

MIN_LETTERS = 3
"""Fewer letters one below the other are as well two rows."""
MAX_PITCH = 2.5
"""From one letter to the next, in heights of a letter."""
MAX_SIZES = 2.0
"""The largest letter of a word is at most so many times as high as the smallest."""


def stacks_of(words: Sequence[Word]) -> list[list[int]]:
    """The indices of the letters of each stack, top to bottom.

    Letters with other words in their rows are cells of a table or marks of a list, and letters as
    near to one another sideways as downwards are a grid: neither is a stack.
    """
    letters = [i for i, word in enumerate(words) if len(word.text) == 1]
    letters.sort(key=lambda i: words[i].middle_y)
    columns: list[list[int]] = []
    for index in letters:
        column = next((c for c in columns if _follows(words[c[-1]], words[index])), None)
        if column is None:
            columns.append([index])
        else:
            column.append(index)
    return [column for column in columns if _is_word(column, words)]


def _follows(upper: Word, lower: Word) -> bool:
    """Whether a letter stands right below another."""
    smaller, larger = sorted((upper.height, lower.height))
    apart = lower.middle_y - upper.middle_y
    return (
        larger <= MAX_SIZES * smaller
        and abs(_middle_x(upper) - _middle_x(lower)) < 0.5 * larger
        and 0.5 * smaller < apart <= MAX_PITCH * larger
    )


def _is_word(column: Sequence[int], words: Sequence[Word]) -> bool:
    own = [words[i] for i in column]
    alphabetic = sum(word.text.isalpha() for word in own)
    if len(column) < MIN_LETTERS or alphabetic * 2 <= len(column):
        return False
    others = [word for i, word in enumerate(words) if i not in column]
    pitch = max(lower.middle_y - upper.middle_y for upper, lower in pairwise(own))
    beside = sum(any(_shares_row(word, other, pitch) for other in others) for word in own)
    return beside * 2 < len(column)


def _shares_row(letter: Word, other: Word, pitch: float) -> bool:
    """Whether a word stands in the row of a letter; another letter only if it is near."""
    if abs(other.middle_y - letter.middle_y) > 0.5 * min(letter.height, other.height):
        return False
    return len(other.text) > 1 or abs(_middle_x(other) - _middle_x(letter)) <= 1.2 * pitch


def _middle_x(word: Word) -> float:
    return (word.level_xyxy[0] + word.level_xyxy[2]) / 2
