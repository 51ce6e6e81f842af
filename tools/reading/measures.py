"""Measures on a page: a number with its unit ("250 ml", "12 oz"), by the unit or by its kind."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cache

from tools.reading.labels import FieldKind, letters_in, plain
from tools.reading.lines import Line
from tools.reading.matches import Match, disagreeing, match_of
from tools.reading.named import named
from tools.reading.typed import Typed
from tools.words.units import Unit, unit_names, units

_NET = re.compile(r"\b(?:nett?|net[ot]\w*)\b|净")
_CONTENTS = re.compile(
    r"\b(?:contents?|weight|volume|wt|vol|inhalt|fullmenge|contenu|contenido|contenuto|conteudo"
    r"|inhoud|peso|poids|gewicht)\b|容量|重量|规格"
)
"""Labels of what is in a package, in a line that tells it from the measures of its parts."""
_ASKED = re.compile(r"^(?:how many|number of|amount of|多少|几|有多少)\s*")
_LITRE = re.compile(r"(?<=\d)I(?!\w)|(?<=\d )I(?!\w)")
"""The OCR's capital I behind a number, where a litre is meant."""
MAX_LETTERS_BESIDE = 1
"""A measure that stands alone in its line may have the sign ℮ beside it."""


def unit_asked(query: str) -> Unit | None:
    """The unit that a query asks for ("ml", "how many grams", 多少毫升); None for other queries."""
    asked = _ASKED.sub("", plain(query))
    return unit_names().get(asked)


def measures(text: str) -> list[tuple[Unit, Typed]]:
    """The measures in a text, left to right, each with its unit."""
    return [
        (
            unit_names()[match["unit"].casefold()],
            Typed(" ".join(match[0].split()), "text", match.start(), match.end()),
        )
        for match in _pattern().finditer(_LITRE.sub("l", text))
    ]


def measured_in(lines: Sequence[Line], unit: Unit) -> Match | None:
    """The measure in this unit, or, where the page has none, in another unit of its kind."""
    return _one(lines, lambda other: other == unit) or _one(lines, lambda o: o.kind == unit.kind)


def of_kind(kind: str) -> Callable[[Sequence[Line], FieldKind], Match | None]:
    """A reader for a field that is a measure: behind its label, or the one measure of its kind."""

    def resolve(lines: Sequence[Line], field: FieldKind) -> Match | None:
        labelled = named(lines, field)
        if labelled is not None and re.search(r"\d", labelled.value or ""):
            return labelled
        return _one(lines, lambda unit: unit.kind == kind)

    return resolve


def _one(lines: Sequence[Line], is_meant: Callable[[Unit], bool]) -> Match | None:
    """The one such measure: on a line about the contents, else alone in its line, else at all."""
    found = [
        (line, typed) for line in lines for unit, typed in measures(line.text) if is_meant(unit)
    ]
    net = [(ln, t) for ln, t in found if _NET.search(plain(ln.text))]
    labelled = net or [(ln, t) for ln, t in found if _CONTENTS.search(plain(ln.text))]
    alone = [(ln, t) for ln, t in found if _beside(ln, t) <= MAX_LETTERS_BESIDE]
    meant = labelled or alone or found
    if not meant:
        return None
    if len({typed.value for _, typed in meant}) > 1:
        return disagreeing([line for line, _ in meant])
    line, typed = meant[0]
    return match_of(typed.value, "text", [line], 0.9 * line.score)


def _beside(line: Line, typed: Typed) -> int:
    return letters_in(line.text[: typed.start] + " " + line.text[typed.end :])


@cache
def _pattern() -> re.Pattern[str]:
    signs = sorted({sign for unit in units() for sign in unit.printed}, key=len, reverse=True)
    words = sorted({word for unit in units() for word in unit.spoken}, key=len, reverse=True)
    names = "|".join(re.escape(name) for name in (*words, *signs))
    return re.compile(
        rf"(?<![A-Za-z\d.,/])\d+(?:[.,]\d+)?\s?(?P<unit>{names})(?![^\W\d_])", re.IGNORECASE
    )
