"""A conversation's snapshots, each stored as what it has more than the one before it.

Snapshots only grow: with all of each, a conversation of n turns would take n² of the disk. The
first turn of a conversation holds all of its own, also where it branches off from another one.
What has not grown but changed is stored anew, so that nothing depends on how snapshots are made.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

SAME, MORE, WITHIN, NEW = "same", "more", "in", "new"
Step = dict[str, list[Any]]
"""Of each field: it is the same, has more at its end, changed within (both: what), or is new."""


def step(before: Mapping[str, Any], now: Mapping[str, Any]) -> Step:
    """What leads from one snapshot (empty: from nothing) to the next."""
    return {name: _field(before.get(name), value) for name, value in now.items()}


def after(before: Mapping[str, Any], taken: Step) -> dict[str, Any]:
    """The snapshot to which a step leads."""
    return {name: _value(before.get(name), *change) for name, change in taken.items()}


def _field(before: Any, now: Any) -> list[Any]:
    if before == now and before is not None:
        return [SAME]
    if isinstance(before, list) and isinstance(now, list) and now[: len(before)] == before:
        return [MORE, now[len(before) :]]
    if isinstance(before, dict) and isinstance(now, dict):
        return [WITHIN, step(before, now)]
    return [NEW, now]


def _value(before: Any, kind: str, change: Any = None) -> Any:
    if kind == SAME:
        return before
    if kind == MORE:
        return [*before, *change]
    return after(before, change) if kind == WITHIN else change
