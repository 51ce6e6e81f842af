"""Left and right exchanged in a question or an answer, for pictures that are flipped."""

from __future__ import annotations

import re

_OPPOSITES = {
    "left": "right", "lefthand": "righthand", "leftmost": "rightmost", "左": "右",
    "clockwise": "counterclockwise",
}  # fmt: skip
_EXCHANGED = {**_OPPOSITES, **{other: word for word, other in _OPPOSITES.items()}}
_WORD = re.compile(
    r"\b(?:(?:counter)?clockwise|(?:left|right)(?:hand|most)?)\b|[左右]", re.IGNORECASE
)
_NO_SIDE = re.compile(
    r"\ball right\b|\bright now\b|\bright away\b|\bright of way\b|\bis left\b|\bare left\b|左右",
    re.IGNORECASE,
)


def mirrored(text: str) -> str:
    """The text as it holds of the mirrored picture: "on the left" becomes "on the right".

    Applied twice it gives the text again. Words that name no side ("all right", 左右, about) stay.
    """
    kept = [match.span() for match in _NO_SIDE.finditer(text)]

    def exchange(match: re.Match[str]) -> str:
        if any(start <= match.start() < end for start, end in kept):
            return match[0]
        word = _EXCHANGED[match[0].lower()]
        return word.upper() if match[0].isupper() else word.title() if match[0].istitle() else word

    return _WORD.sub(exchange, text)
