"""What every reader of values returns: a value with its type, and where it stands in its text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tools.evidence import ValueType


@dataclass(frozen=True)
class Typed:
    """A value as it is reported, its type, and where it stands in its line.

    An amount or number that can be read in more than one way is reported as it is printed, as text,
    because no one number may be told; `readings` holds what it can mean.
    """

    value: str
    value_type: ValueType
    start: int
    end: int
    parsed: Any = None
    """Decimal of an amount or number, `Day` of a date; None for others, and where it may be two."""
    readings: frozenset[Any] = frozenset()
    """All that `parsed` could be: Decimals of an amount or number, days of a date."""
    currency: str | None = None
    """The sign, code or word of the currency beside an amount."""

    @property
    def reported_type(self) -> ValueType:
        """`text` where a number may be two, so that nobody calculates with it."""
        doubtful = self.value_type in {"amount", "number"} and self.parsed is None
        return "text" if doubtful else self.value_type
