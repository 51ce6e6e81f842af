"""Words as the full-text index has them: English by their stems, Chinese by their characters.

SQLite's tokenizers know no words of Chinese: `unicode61` takes a whole run for one word, and
`trigram` finds nothing of two characters, which most Chinese words have. So each character is a
word of its own here, and a word of the query is a phrase of them.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from tools.words.lists import words_in

MAX_TERMS = 24
"""Words of one query that are looked for."""
_UNSPACED = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
"""Letters of scripts that put no space between words."""
_LETTER = re.compile(f"[{_UNSPACED}]")
_PIECE = re.compile(rf"[{_UNSPACED}]+|[^\W_{_UNSPACED}]+(?:[.,:/'’-][^\W_{_UNSPACED}]+)*")


def spaced(text: str) -> str:
    """The text with a space on both sides of each Chinese character; its lines stay lines."""
    return _LETTER.sub(r" \g<0> ", unicodedata.normalize("NFKC", text))


def terms_of(query: str) -> list[str]:
    """The words of a query that a picture's text is searched for, without those that only join.

    Where nothing else is left, all of them count.
    """
    pieces = _PIECE.findall(unicodedata.normalize("NFKC", query))
    found = [term for piece in pieces for term in _without_fillers(piece)] or pieces
    return list(dict.fromkeys(term.casefold() for term in found))[:MAX_TERMS]


def phrase(term: str) -> str:
    """A term as FTS5 is asked for it: quoted, so that nothing in it is an operator."""
    return '"' + " ".join(spaced(term).replace('"', " ").split()) + '"'


def _without_fillers(piece: str) -> list[str]:
    if _LETTER.match(piece):
        return [part for part in _unspaced_fillers().split(piece) if part]
    return [] if piece.casefold() in words_in("search_fillers") else [piece]


@cache
def _unspaced_fillers() -> re.Pattern[str]:
    words = (word for word in words_in("search_fillers") if _LETTER.match(word))
    return re.compile("|".join(sorted(words, key=len, reverse=True)))
