"""The currencies of the world as they stand beside amounts, read from `currencies.txt`."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from tools.words.lists import columns_of


@dataclass(frozen=True)
class Sign:
    """A sign, code or word as it is told, and the ISO 4217 codes that it may stand for."""

    told: str
    codes: frozenset[str]
    decimals: int
    """The most decimals that one of these currencies has."""
    points: frozenset[str]
    """The decimal marks that are written with them."""


@cache
def signs() -> dict[str, Sign]:
    """Every way to write a currency (case folded) → its sign.

    Raises:
        ValueError: a line of the file does not have four columns.
    """
    found: dict[str, Sign] = {}
    for code, decimals, points, written in columns_of("currencies", 4):
        for name in filter(None, [code, *written.split(", ")]):
            new = Sign(name, frozenset({code}), int(decimals), frozenset(points.split()))
            known = found.get(name.casefold(), new)
            found[name.casefold()] = Sign(
                known.told,
                known.codes | new.codes,
                max(known.decimals, new.decimals),
                known.points | new.points,
            )
    return found


def sign_of(written: str) -> Sign | None:
    """The sign that a text is; None where it is none."""
    return signs().get(written.strip().casefold())


def may_be_same(written: set[str]) -> bool:
    """Whether all of these signs can mean one currency ("$" and "USD", not "€" and "USD")."""
    known = [sign.codes for name in written if (sign := sign_of(name))]
    return not known or bool(frozenset.intersection(*known))
