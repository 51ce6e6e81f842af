"""Places and weathers that exclude each other (`compared_scenes.txt`): "no" is that another fits.

A picture that is asked for one of them is compared with the phrases of all of its kind, by
`tools.match_text`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from tools.words.lists import columns_of


@dataclass(frozen=True)
class Compared:
    """A place or weather: its names in both languages, and the phrases that fit a picture of it."""

    kind: str
    english: tuple[str, ...]
    in_chinese: tuple[str, ...]
    beside: tuple[str, ...]
    phrases: tuple[str, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """In both languages."""
        return (*self.english, *self.in_chinese)

    def rivals(self) -> tuple[Compared, ...]:
        """The others of its kind, without those that may be true as well."""
        others = (other for other in compared_scenes() if other.kind == self.kind)
        return tuple(o for o in others if o != self and o.english[0] not in self.beside)


@cache
def compared_scenes() -> tuple[Compared, ...]:
    """All of them.

    Raises:
        ValueError: a line of `compared_scenes.txt` does not have five columns.
    """
    return tuple(
        Compared(kind, *map(_listed, names_and_phrases))
        for kind, *names_and_phrases in columns_of("compared_scenes", 5)
    )


def compared_scene(name: str) -> Compared | None:
    """The one of this name, in either language; None where there is none."""
    named = name.casefold()
    return next((scene for scene in compared_scenes() if named in scene.names), None)


def chinese(phrase: str) -> str | None:
    """What a phrase of one of them is called in Chinese; None where it is none of these."""
    scene = next((scene for scene in compared_scenes() if phrase in scene.phrases), None)
    return None if scene is None else scene.in_chinese[0]


def _listed(column: str) -> tuple[str, ...]:
    return tuple(filter(None, column.split(", ")))
