"""Words for places of a picture, in either language."""

from __future__ import annotations

import re

PLACES = {
    "left": re.compile(r"\bleft(?:most|-hand)?\b|左", re.I),
    "right": re.compile(r"\bright(?:most|-hand)?\b|右", re.I),
    "top": re.compile(
        r"\b(?:top(?:most)?|upper(?:most)?)\b|上[方角面边半]|顶部|最上|[左右]上", re.I
    ),
    "bottom": re.compile(r"\b(?:bottom|lower|lowest)\b|下[方角面边半]|底部|最下|[左右]下", re.I),
    "middle": re.compile(r"\b(?:middle|cent(?:er|re)|central)\b|中[间央心]", re.I),
}
"""Where something lies in a picture."""


def places_in(text: str) -> list[str]:
    """The places that a text names: `left`, `top` …"""
    return [place for place, pattern in PLACES.items() if pattern.search(text)]
