"""What people call the fields of a document, in the languages of `words/field_names.txt`.

A query that means one of these fields is answered by meaning, in whatever language the document
is; any other query is matched with the words on the page (`tools.reading.fields`).
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from typing import cast

from tools.evidence import ValueType
from tools.words.lists import columns_of

MISSPELT = 5
"""Letters from which on a name is recognised though it is not spelt as it should be."""
LIKE = 90
"""Per cent that it has to be alike then."""


@dataclass(frozen=True)
class FieldKind:
    """A field: its type of value, and its names (as asked for and as printed), best first."""

    name: str
    value_type: ValueType
    names: tuple[str, ...]


@cache
def fields() -> tuple[FieldKind, ...]:
    """All canonical fields.

    Raises:
        ValueError: a line of `field_names.txt` does not have three columns.
    """
    kinds = []
    for name, value_type, names in columns_of("field_names", 3):
        kinds.append(FieldKind(name, cast("ValueType", value_type), tuple(names.split(", "))))
    return tuple(kinds)


_FILLER = re.compile(
    r"^(?:(?:what|which|how much|how many|when|where|who)\b|is|are|was|were|does|do|did|show|find|"
    r"give|tell|me|the|this|that|a|an|of|on|in|please|receipt'?s|bill'?s|document'?s)\s+"
)
_TAIL = re.compile(
    r"\s+(?:(?:of|on|in|from|for|at)\s+(?:the\s+|this\s+|that\s+)?"
    r"(?:receipt|bill|invoice|document|picture|image|photo|page|ticket|label|card|form|order|purchase|"
    r"shop|store)|printed|shown|please|value|costs?|"
    r"(?:(?:is|are|was|were|did they|do they|have been)\s+)?(?:ordered|bought|purchased|sold|"
    r"served|listed|mentioned|have|there))$"
)
_CHINESE_FILLER = re.compile(
    r"^(?:请问|他们|它们|你们|这家店|这张|这个|图中|图片中|(?:收据|小票|发票|账单)(?=[上里的])|上面|上|里|的)+|(?:是什么|是多少|多少钱|多少|是|的)+$"
)


def plain(text: str) -> str:
    """Lower case without accents, punctuation made spaces; Chinese kept."""
    text = unicodedata.normalize("NFKD", text.casefold())
    text = "".join(c for c in text if not unicodedata.combining(c))
    return re.sub(r"[^\w&/@%#+-]+|_", " ", text).strip()


def compact(text: str) -> str:
    """Letters and Chinese characters only, lower case, no accents: what OCR spacing cannot hurt."""
    return re.sub(r"[\W\d_]+", "", plain(text))


def letters_in(text: str) -> int:
    """How much is written: letters, a Chinese character counting as three."""
    return sum(3 if c > "\u2e80" else 1 for c in compact(text))


def bare_query(query: str) -> str:
    """The words that are asked for, without "what is the … of the receipt"."""
    return _bare_forms(query)[-1]


def bare_words(query: str) -> str:
    """`bare_query` as it was written, with its capitals and accents."""
    words, count = query.split(), len(bare_query(query).split())
    runs = (" ".join(words[at : at + count]) for at in range(len(words) - count + 1))
    return next((run for run in runs if plain(run) == bare_query(query)), query)


def _bare_forms(query: str) -> list[str]:
    """The query with less and less around the words that are asked for; never empty strings."""
    forms = [plain(query)]
    while True:
        text = forms[-1]
        shorter = [_FILLER.sub("", text).strip(), _TAIL.sub("", text).strip()]
        shorter.append(_CHINESE_FILLER.sub("", text))
        following = next((form for form in shorter if form and form != text), None)
        if following is None:
            return forms
        forms.append(following)


def field_of(query: str) -> FieldKind | None:
    """The canonical field that a query names, or None if it is any other label."""
    from rapidfuzz import fuzz, process

    exact, long = _plain_names()
    names = list(long)
    best, score = None, 0.0
    for asked in _bare_forms(query):
        if (field := exact.get(_squeezed(asked))) is not None:
            return field
        spaced = asked.replace("-", " ")
        like = process.extractOne(spaced, names, scorer=fuzz.ratio, score_cutoff=LIKE)
        if like is not None and like[1] > score:
            best, score = long[like[0]], like[1]
    return best


def is_name_of_field(text: str) -> bool:
    """Whether letters and digits alone, as `plain` leaves them, are a name of a field."""
    return text in _names_in_letters()


@cache
def _plain_names() -> tuple[dict[str, FieldKind], dict[str, FieldKind]]:
    """Names of fields: all, squeezed; and, plain, those that are long enough to be misspelt."""
    exact: dict[str, FieldKind] = {}
    long: dict[str, FieldKind] = {}
    for field in fields():
        for name in map(plain, field.names):
            exact.setdefault(_squeezed(name), field)
            if len(name) >= MISSPELT and name.isascii():
                long.setdefault(name, field)
    return exact, long


@cache
def _names_in_letters() -> frozenset[str]:
    return frozenset(re.sub(r"\W", "", plain(name)) for f in fields() for name in f.names)


def _squeezed(text: str) -> str:
    return re.sub(r"[\s/-]", "", text)
