"""Units of measure, read from `units.txt`: what they are called, and what they measure."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from tools.words.lists import columns_of


@dataclass(frozen=True)
class Unit:
    """A unit: its sign, what it measures ("volume"), how it is printed, how it is spoken of."""

    sign: str
    kind: str
    printed: tuple[str, ...]
    spoken: tuple[str, ...]


@cache
def units() -> tuple[Unit, ...]:
    """All units, in the order of the file.

    Raises:
        ValueError: a line of the file does not have four columns.
    """
    found = []
    for sign, kind, printed, spoken in columns_of("units", 4):
        words = tuple(filter(None, spoken.split(", ")))
        found.append(Unit(sign, kind, tuple(printed.split(", ")), words))
    return tuple(found)


@cache
def unit_names() -> dict[str, Unit]:
    """Every sign and word of a unit, case folded → the unit."""
    return {name.casefold(): unit for unit in units() for name in (*unit.printed, *unit.spoken)}
