"""Phrases for what a picture shows as a whole (`described_scenes.txt`): place, weather, activity.

Which of them fits a picture `tools.match_text` estimates, by their English words.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import cache

from tools.words.groups import members_of
from tools.words.lists import columns_of


@dataclass(frozen=True)
class Scene:
    """A phrase in both languages, and the things that must be in a picture for it to fit."""

    kind: str
    things: tuple[str, ...]
    english: str
    chinese: str

    def may_fit(self, found: Collection[str], known: Collection[str]) -> bool:
        """Whether its things are among the labels that were found, or are not `known` at all."""
        return all(
            not members.isdisjoint(found) or members.isdisjoint(known)
            for members in (members_of(thing) | {thing} for thing in self.things)
        )


@cache
def scenes() -> tuple[Scene, ...]:
    """All phrases.

    Raises:
        ValueError: a line of `described_scenes.txt` does not have four columns.
    """
    return tuple(
        Scene(kind, tuple(filter(None, things.split(", "))), english, chinese)
        for kind, things, english, chinese in columns_of("described_scenes", 4)
    )


def chinese(english: str) -> str | None:
    """A phrase in Chinese; None where it is none of these."""
    return _chinese().get(english)


@cache
def _chinese() -> dict[str, str]:
    return {scene.english: scene.chinese for scene in scenes()}
