"""Words for places of a picture, in either language."""

from __future__ import annotations

import re

PLACES = {
    "left": re.compile(r"\bleft\b|左", re.I),
    "right": re.compile(r"\bright\b|右", re.I),
    "top": re.compile(r"\b(?:top|upper)\b|上[方角]|顶部|[左右]上", re.I),
    "bottom": re.compile(r"\b(?:bottom|lower)\b|下[方角面边]|底部|[左右]下", re.I),
    "middle": re.compile(r"\b(?:middle|cent(?:er|re))\b|中[间央心]", re.I),
}
"""Where a sentence says that something lies; not "上面写着", which says what is written."""
_ASKED = {
    "left": re.compile(r"\bleft(?:most|-hand)\b", re.I),
    "right": re.compile(r"\bright(?:most|-hand)\b", re.I),
    "top": re.compile(r"\b(?:topmost|uppermost)\b|上[面边半]|最上", re.I),
    "bottom": re.compile(r"\blow(?:est|ermost)\b|下半|最下", re.I),
    "middle": re.compile(r"\bcentral\b", re.I),
}
"""What names a place in a question besides."""


def places_in(question: str) -> list[str]:
    """The places that a question names: `left`, `top` …"""
    return [
        place
        for place, pattern in PLACES.items()
        if pattern.search(question) or _ASKED[place].search(question)
    ]
