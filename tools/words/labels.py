"""The forms of a label: plural, Chinese name, measure word; and the label that a word means.

Labels that are in no table fall back to themselves.
"""

from __future__ import annotations

from typing import Literal

from tools.words.tables import entry_of, table, words_of

CLASSES: tuple[str, ...]
"""The 80 COCO classes, in COCO's order."""
COLOURS: tuple[str, ...]
"""The eleven basic colour terms, as labels."""
GROUPS: tuple[str, ...]
"""Words for sets of classes: animal, vehicle …"""

_IRREGULAR = {
    "man": "men", "woman": "women", "child": "children", "ox": "oxen", "cattle": "cattle",
    "ski": "skis", "calf": "calves", "computer mouse": "computer mice", "luggage": "luggage",
    "aircraft": "aircraft", "goose": "geese", "bottle of water": "bottles of water",
    "pair of scissors": "pairs of scissors",
}  # fmt: skip


def __getattr__(name: str) -> tuple[str, ...]:
    """`CLASSES`, `COLOURS` and `GROUPS`, read when they are first asked for."""
    if name == "CLASSES":
        return tuple(table("things"))
    if name == "COLOURS":
        return tuple(table("colours"))
    if name == "GROUPS":
        return tuple(table("groups"))
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def plural(label: str, count: int) -> str:
    """The label as it follows that number: "1 dog", "0 dogs", "3 dining tables".

    What cannot be counted itself is counted in pieces: "1 piece of furniture", but "no furniture".
    """
    entry = entry_of(label)
    if entry and entry.plural.endswith(f" of {label}"):
        pieces, _, rest = entry.plural.partition(" ")
        counted = f"{pieces.removesuffix('s')} {rest}" if count == 1 else entry.plural
        return counted if count else label
    if count == 1:
        return label
    return entry.plural if entry else _IRREGULAR.get(label) or _regular_plural(label)


def singular(word: str) -> str:
    """The word for one of what a plural names ("dogs", "men"); any other word as it is."""
    folded = word.casefold()
    for name in ("things", "groups"):
        for entry in table(name).values():
            if folded == entry.plural and not folded.endswith(f" of {entry.label}"):
                return entry.label
    for one, several in _IRREGULAR.items():
        if folded == several:
            return one
    known = words_of("things", asked=True) | words_of("groups", asked=True)
    bare = [folded.removesuffix(end) for end in ("s", "es") if folded.endswith(end)]
    return next((one for one in bare if one in known), word)


def _regular_plural(word: str) -> str:
    if word.endswith(("s", "x", "z", "ch", "sh")):
        return word + "es"
    if word.endswith("y") and word[-2:-1] not in "aeiou":
        return word[:-1] + "ies"
    return word + "s"


def chinese(label: str, kind: Literal["object", "colour"] = "object") -> str:
    """The label in Chinese; itself where no name is known. "orange" is a fruit or a colour."""
    entry = (table("colours").get(label) if kind == "colour" else None) or entry_of(label)
    return entry.chinese if entry else label


def measure_word(label: str) -> str:
    """The Chinese measure word between number and noun; 个 where none is known."""
    entry = entry_of(label)
    return (entry.measure_word if entry else "") or "个"


def canonical(word: str) -> str | None:
    """The COCO label, group or colour that a word means, in either language; None for others."""
    key = " ".join(word.casefold().split())
    for words in (
        words_of("things", asked=True), words_of("groups", asked=True), words_of("colours"),
    ):  # fmt: skip
        if key in words:
            return words[key]
    return None
