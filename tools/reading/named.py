"""Values told by the words of their label: any words that are asked for, or a field's names.

What a label says is looked for as it is printed (`tools.reading.search`); which fields there are
and which reader each has is `tools.reading.fields`'s.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from tools.reading.amounts import settled
from tools.reading.labels import FieldKind, plain
from tools.reading.lines import Line, union
from tools.reading.matches import Match, disagreeing, match_of
from tools.reading.numerals import decimal_mark, numerals
from tools.reading.search import Hit, search_lines

MAX_MATCHES = 3
SAME_LABEL = 0.98
"""How surely a label is the very words that are asked for, and nothing more."""
SURE_LABEL = 0.9
"""How surely a line has to say the name of a field that is told by its label alone."""
SURE_AMOUNT = 0.96
"""As `SURE_LABEL`, of an amount: "to pay" in "Total to pay" is another one."""
PERHAPS_THERE = 85
"""Below this partial likeness (of 100) to all the letters of a page a name is not on it."""


def found_by_words(
    lines: Sequence[Line], query: str, printing: Sequence[Line] | None = None
) -> list[Match]:
    """The best lines that say what is asked; their values where they are lines that print values.

    Without `printing` all of them are.
    """
    hits = search_lines(lines, query)
    best = hits[0].score if hits else 0.0
    printing = lines if printing is None else printing
    point = decimal_mark(line.spaced_text for line in printing)
    prints = {id(line) for line in printing}
    return [
        _of_hit(hit, point, quoted_only=not all(id(line) in prints for line in hit.lines))
        for hit in hits[:MAX_MATCHES]
        if hit.score >= best - 0.08
    ]


def fits(match: Match, field: FieldKind) -> bool:
    """A label found by its words answers a field only with a value of the field's type."""
    if field.value_type == "amount" and match.value_type in ("text", "number"):
        return bool(numerals(match.value or "")) and not re.search(r"[%％]", match.value or "")
    return field.value_type in ("text", match.value_type)


def printed_as(lines: Sequence[Line], words: str, field: FieldKind) -> Match | None:
    """The value behind the label that is these very words: "Balance due" is not the due date.

    None where there is no such label, or several with different values.
    """
    point = decimal_mark(line.spaced_text for line in lines)
    hits = [hit for hit in search_lines(lines, words, in_full=True) if hit.value]
    found = [_of_hit(hit, point, quoted_only=False) for hit in hits if hit.score >= SAME_LABEL]
    fitting = [match for match in found if fits(match, field)]
    return fitting[0] if len({match.value for match in fitting}) == 1 else None


def named(lines: Sequence[Line], field: FieldKind) -> Match | None:
    """The value behind one of the field's names, where it is of the field's type."""
    best: list[Match] = []
    sure = SURE_AMOUNT if field.value_type == "amount" else SURE_LABEL
    for name in _names_on(lines, field):
        found = [m for m in found_by_words(lines, name) if m.value and m.score >= sure]
        fitting = [match for match in found if fits(match, field)]
        if fitting and (not best or fitting[0].score > best[0].score):
            best = [match for match in fitting if match.score == fitting[0].score]
    if not best:
        return None
    if len({match.value for match in best}) > 1:
        return disagreeing([line for line in lines if line.text in {m.text for m in best}])
    return _with_rest(best[0], lines) if field.value_type == "text" else best[0]


def _names_on(lines: Sequence[Line], field: FieldKind) -> list[str]:
    """The field's names that may stand on the page, plain: most of them do not."""
    from rapidfuzz import fuzz

    page = "".join(plain(line.text) for line in lines).replace(" ", "")
    names = dict.fromkeys(map(plain, field.names))
    return [n for n in names if fuzz.partial_ratio(n.replace(" ", ""), page) >= PERHAPS_THERE]


def _of_hit(hit: Hit, point: str | None, *, quoted_only: bool) -> Match:
    lines = hit.lines
    typed = settled(hit.value, point) if hit.value and not quoted_only else None
    return Match(
        typed.value if typed else None,
        typed.reported_type if typed else None,
        "\n".join(line.text for line in lines),
        union([line.box_xyxy for line in lines]),
        hit.score * min(1.0, min(line.score for line in lines) + 0.05),
        typed.currency if typed else None,
    )


def _with_rest(match: Match, lines: Sequence[Line]) -> Match:
    """A list that goes on in the next line: its last entry in a line has a comma behind it."""
    start = next((i for i, line in enumerate(lines) if line.text == match.text), None)
    if start is None:
        return match
    used, value = [lines[start]], match.value or ""
    for line in lines[start + 1 :]:
        if not used[-1].text.rstrip().endswith((",", "、", "，")):
            break
        used.append(line)
        value = f"{value} {line.text}"
    return match_of(value, "text", used, match.score)
