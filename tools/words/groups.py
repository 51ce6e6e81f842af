"""Groups of things ("animal"): which are offered, and what belongs to them."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from tools.words.tables import table

Members = Mapping[str, tuple[str, ...]]
"""Group → its members, in the order of the table."""


def members_of(group: str) -> frozenset[str]:
    """The things that belong to a group; none where it is no group."""
    entry = table("groups").get(group)
    return frozenset(entry.members) if entry else frozenset()


def groups_with(label: str) -> frozenset[str]:
    """The groups that a thing belongs to."""
    return frozenset(name for name, entry in table("groups").items() if label in entry.members)


def offered_groups(labels: Collection[str]) -> dict[str, tuple[str, ...]]:
    """The groups of which at least two members are among the labels, with those members.

    A word that is a label of the weights itself is no group here.
    """
    known = {
        name: tuple(member for member in entry.members if member in labels)
        for name, entry in table("groups").items()
        if name not in labels
    }
    return {name: members for name, members in known.items() if len(members) > 1}


def expanded(labels: Collection[str], groups: Members) -> list[str]:
    """The labels with each group's members in its place, every one once."""
    return list(dict.fromkeys(m for label in labels for m in groups.get(label, (label,))))
