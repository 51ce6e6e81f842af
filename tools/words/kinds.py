"""Kinds of things: how they stand above one another, and the words for them in two languages.

The table `kinds.tsv` holds ImageNet's thousand kinds and what stands above them (WordNet 3.0,
pruned to the kinds that people speak of), and groceries. `training/classifier/kinds.py` writes its
tree. What a picture shows is `tools.kinds`'.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

from tools.words.labels import plural

FILE = Path(__file__).with_name("kinds.tsv")
GROCERY = "g:"
"""How the keys of groceries begin."""
SHORTEST_SLIP = 6
"""Letters of a word in which one slip of the keyboard is forgiven."""

_ARTICLE = re.compile(r"^(?:an?|the|some|any) ")
_EDGE = " .,;:!?\"'。“”‘’"
_HAN = re.compile(r"[\u4e00-\u9fff]")
_MEASURED = re.compile(r"^[一两这那]?[只个条头匹辆艘架张把本台位件部棵瓶杯种款颗根]")


@dataclass(frozen=True)
class Kind:
    """One kind; `parent` is the key of the kind right above it."""

    key: str
    parent: str | None
    name: str
    """Its English name; one in brackets tells it from another kind of that name."""
    chinese: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    """Other English words for it."""
    output: int | None = None
    """Which output of an ImageNet network it is."""

    @property
    def plain_name(self) -> str:
        """The name as one says it, without what is in brackets."""
        return self.name.partition(" (")[0]


class Kinds:
    """A tree of kinds; keys are unique, and so are names.

    Raises:
        ValueError: a parent is not there, or a key or name stands twice.
    """

    def __init__(self, kinds: Sequence[Kind]) -> None:
        self._by_key = {kind.key: kind for kind in kinds}
        names = {kind.name.casefold() for kind in kinds}
        if len(self._by_key) < len(kinds) or len(names) < len(kinds):
            raise ValueError("a key or a name stands twice among the kinds")
        for kind in kinds:
            if kind.parent is not None and kind.parent not in self._by_key:
                raise ValueError(f"{kind.key} stands below {kind.parent}, which is not there")

    def __getitem__(self, key: str) -> Kind:
        return self._by_key[key]

    def __iter__(self) -> Iterator[Kind]:
        return iter(self._by_key.values())

    @cached_property
    def below(self) -> Mapping[str | None, tuple[str, ...]]:
        """The keys right below each kind; those of the top under None."""
        found: dict[str | None, list[str]] = {}
        for kind in self:
            found.setdefault(kind.parent, []).append(kind.key)
        return {key: tuple(keys) for key, keys in found.items()}

    def above(self, key: str) -> tuple[str, ...]:
        """The kind itself, then what stands above it, up to the top."""
        found, at = [], self._by_key.get(key)
        while at is not None:
            found.append(at.key)
            at = self._by_key[at.parent] if at.parent is not None else None
        return tuple(found)

    def is_seen(self, key: str) -> bool:
        """Whether a classifier can see the kind: an output of ImageNet's or a grocery is one."""
        kind = self._by_key[key]
        return (
            kind.output is not None
            or key.startswith(GROCERY)
            or any(self.is_seen(below) for below in self.below.get(key, ()))
        )

    def is_a(self, key: str, other: str) -> bool:
        """Whether the first kind is the other one, or stands below it."""
        return other in self.above(key)

    def find(self, word: str) -> Kind | None:
        """The kind that a word means: English or Chinese, one or many, with a slip of a letter."""
        said = _plain(word)
        key = self._words.get(said) or self._words.get(_MEASURED.sub("", said))
        if key is None and len(said) >= SHORTEST_SLIP and not _HAN.search(said):
            key = self._near(said)
        return self._by_key[key] if key is not None else None

    def with_labels(
        self, labels: Sequence[str], coarse_of: Sequence[str] | None
    ) -> tuple[Kinds, dict[str, str]]:
        """The tree with a classifier's labels and coarse classes in it, and the key of each.

        What has a name here already is that kind; the rest is new, below its coarse class.
        """
        added: dict[str, Kind] = {}
        keys: dict[str, str] = {}

        def place(label: str, parent: str | None) -> None:
            known = self._words.get(_plain(label))
            key = known or f"label:{label}"
            if known is None and key not in added:
                added[key] = Kind(key, parent, _name(label))
            keys[label] = key

        for coarse in dict.fromkeys(coarse_of or ()):
            place(coarse, None)
        for number, label in enumerate(labels):
            if label not in keys:
                place(label, keys[coarse_of[number]] if coarse_of else None)
        return Kinds([*self, *added.values()]), keys

    @cached_property
    def _words(self) -> dict[str, str]:
        """Every word, as `_plain` leaves it → key; names before other words."""
        words: dict[str, str] = {}
        for kind in self:
            words.setdefault(_plain(kind.name), kind.key)
        for kind in self:
            for name in (kind.plain_name, plural(kind.plain_name, 2), *kind.chinese):
                words.setdefault(_plain(name), kind.key)
        for kind in self:
            for other in kind.others:
                for word in (other, plural(other, 2)):
                    words.setdefault(_plain(word), kind.key)
        return words

    def _near(self, said: str) -> str | None:
        """The key of the one kind whose word is a single slip away."""
        from rapidfuzz import process
        from rapidfuzz.distance import OSA

        near = process.extract(said, self._long_words, scorer=OSA.distance, score_cutoff=1, limit=5)
        keys = {self._words[word] for word, _, _ in near if word[0] == said[0]}
        return keys.pop() if len(keys) == 1 else None

    @cached_property
    def _long_words(self) -> tuple[str, ...]:
        return tuple(w for w in self._words if len(w) >= SHORTEST_SLIP and not _HAN.search(w))


@cache
def standard() -> Kinds:
    """The kinds of the table."""
    kinds = []
    for line in FILE.read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            key, parent, output, name, chinese, others = line.split("\t")
            kinds.append(
                Kind(
                    key,
                    parent or None,
                    name,
                    tuple(filter(None, chinese.split(","))),
                    tuple(filter(None, others.split(", "))),
                    int(output) if output else None,
                )
            )
    return Kinds(kinds)


@cache
def imagenet() -> tuple[str, ...]:
    """The keys of ImageNet's thousand classes, in the order of a network's outputs."""
    known = {kind.output: kind.key for kind in standard() if kind.output is not None}
    return tuple(known[output] for output in range(len(known)))


def chinese(label: str) -> str | None:
    """The Chinese name of a kind; None where none is known."""
    kind = standard().find(label)
    return kind.chinese[0] if kind is not None and kind.chinese else None


def _plain(word: str) -> str:
    """Lower case, without hyphens, articles and what stands around."""
    text = " ".join(word.casefold().replace("-", " ").replace("_", " ").split())
    return _ARTICLE.sub("", text.strip(_EDGE))


def _name(label: str) -> str:
    return " ".join(label.replace("-", " ").replace("_", " ").split())
