"""Asks an index: which pictures show what is said, look like another, or have words on them.

Each of these ranks all pictures, exactly; `ranking.fused` makes one of several rankings.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from tools.errors import InputError
from tools.networks.encoders import Rgb, Vectors
from tools.retrieval.encoders import Column, Encoders
from tools.retrieval.fingerprints import MOST_BITS, different_bits
from tools.retrieval.index_file import IndexedPicture, IndexFile
from tools.retrieval.ranking import Ranking, fused
from tools.retrieval.terms import phrase, terms_of

By = Literal["shows", "looks", "says"]
"""A ranking: the picture shows what the text says, looks like the picture, has the words on it."""
DEFAULT_WEIGHTS: dict[By, float] = {"shows": 1.0, "looks": 1.0, "says": 1.0}
SAME_LOOK = 0.9
"""Cosine from which on pictures with like fingerprints are near-duplicates: plain ones that differ
in colour alone have the same fingerprint."""


@dataclass(frozen=True)
class Query:
    """What is looked for: a `text` (what it shows, or says), an `image`, `words` that it says.

    Several of them are looked for together.
    """

    text: str | None = None
    image: Rgb | None = None
    words: str | None = None


@dataclass(frozen=True)
class Reason:
    """Why a picture was found: its rank (from 1) in one ranking and its score there.

    The score is a cosine (`shows`, `looks`) or the share of the words that it has (`says`);
    `probability` is the space's for the text; `line` has the words on it.
    """

    rank: int
    score: float
    probability: float | None = None
    line: str | None = None


@dataclass(frozen=True)
class Hit:
    """A picture that was found, and near-duplicates of it that rank behind it."""

    picture: IndexedPicture
    score: float
    reasons: dict[By, Reason] = field(default_factory=dict)
    near_duplicates: list[IndexedPicture] = field(default_factory=list)


@dataclass(frozen=True)
class _Rows:
    """Vectors of a column: `ids` (n,), `vectors` (n, dimensions) in that order."""

    ids: NDArray[np.int64]
    vectors: Vectors

    def of(self, picture: int) -> Vectors:
        """The picture's vector (1, dimensions), or (0, dimensions) if it has none."""
        found: Vectors = self.vectors[self.ids == picture]
        return found


@dataclass(frozen=True)
class Ranked:
    """What came of a query: the ranking, and those that it was made of."""

    query: Query
    ranking: Ranking
    parts: dict[By, Ranking]
    text: Vectors | None = None
    """The query's text, shape (1, dimensions)."""


class Searcher:
    """Searches one index, or one folder of it; vectors are read once, when they are needed.

    Args:
        index: the index.
        encoders: those that it was made with; without them, only words can be looked for.
        folder: where the pictures must lie (an absolute path); None: anywhere.
        weights: how much each ranking counts, where several are fused; 0: not at all.
    """

    def __init__(
        self,
        index: IndexFile,
        encoders: Encoders | None,
        folder: Path | None = None,
        weights: Mapping[By, float] = DEFAULT_WEIGHTS,
    ) -> None:
        self._index = index
        self._encoders = encoders
        self._folder = folder
        self._weights = weights
        self._ids = index.ids(folder)
        self._here = frozenset(self._ids.tolist())
        self._rows: dict[str, _Rows] = {}

    @property
    def pictures(self) -> int:
        """How many pictures there are to be found."""
        return len(self._ids)

    @property
    def not_encoded(self) -> int:
        """How many of them cannot be found but by words: their vectors are of other weights."""
        columns = self._encoders.columns if self._encoders else ()
        return len(self._ids) - min((len(self._of(c).ids) for c in columns), default=self.pictures)

    def rank(self, queries: Sequence[Query]) -> list[Ranked]:
        """Rank all pictures for each of the queries, whose scores are in memory together.

        Raises:
            InputError: none of the pictures was indexed with these encoders.
        """
        texts = self._texts([query.text for query in queries if query.text is not None])
        images = self._images([query.image for query in queries if query.image is not None])
        return [
            self._ranked(
                query,
                next(texts) if query.text is not None else None,
                next(images) if query.image is not None else None,
            )
            for query in queries
        ]

    def best(self, ranked: Ranked, top: int) -> list[Hit]:
        """The first pictures with the reasons for each, near-duplicates put together."""
        hits: list[Hit] = []
        for picture, score in self._pictures(ranked):
            first = next((hit for hit in hits if self._is_near(hit.picture, picture)), None)
            if first is not None:
                first.near_duplicates.append(picture)
            elif len(hits) < top:
                hits.append(Hit(picture, score, self._reasons(ranked, picture.id)))
            else:
                break
        return hits

    def files(self, ranked: Ranked, top: int) -> list[tuple[str, int | None, float]]:
        """The first files, each on its own: path, page (from 1, where it has several), score."""
        rows = (
            (path, picture.page, score)
            for picture, score in self._pictures(ranked)
            for path in picture.paths
        )
        return list(islice(rows, top))

    def _texts(self, texts: list[str]) -> Iterator[tuple[Vectors, NDArray[np.float32]]]:
        """Each text's vector (1, dimensions), and its cosines with the rows of the column."""
        if not texts or self._encoders is None:
            return iter(())
        vectors = self._encoders.space.texts(texts)
        scores = vectors @ self._of(self._encoders.columns[0]).vectors.T
        return zip(vectors[:, None], scores, strict=True)

    def _images(self, images: list[Rgb]) -> Iterator[NDArray[np.float32]]:
        """Each image's cosines with the rows of the column that compares pictures."""
        if not images or self._encoders is None:
            return iter(())
        column = self._encoders.between_pictures
        return iter(column.encode(images) @ self._of(column).vectors.T)

    def _ranked(
        self,
        query: Query,
        text: tuple[Vectors, NDArray[np.float32]] | None,
        image: NDArray[np.float32] | None,
    ) -> Ranked:
        parts: dict[By, Ranking] = {}
        if self._encoders is not None and image is not None:
            ids = self._of(self._encoders.between_pictures).ids
            parts["looks"] = Ranking.by_score(ids, image)
        if self._encoders is not None and text is not None:
            ids = self._of(self._encoders.columns[0]).ids
            parts["shows"] = Ranking.by_score(ids, text[1])
        if self._weights["says"]:
            parts["says"] = self._saying(query)
        whole = fused([(part, self._weights[by]) for by, part in parts.items()])
        return Ranked(query, whole, parts, text[0] if text else None)

    def _saying(self, query: Query) -> Ranking:
        """The pictures that say the words; what says not all of a text's is no reason to find it.

        (A sign with "red lion" is not what "a red square" looks for.)
        """
        terms = _terms(query)
        rows = self._index.saying(terms) if terms else []
        least = 0.0 if query.words is not None else 1 - 0.5 / max(len(terms), 1)
        rows = [row for row in rows if row[1] > least and row[0] in self._here]
        shares = np.array([share for _, share in rows], np.float32)
        return Ranking(np.array([row[0] for row in rows], np.int64), shares, shares)

    def _pictures(self, ranked: Ranked) -> Iterator[tuple[IndexedPicture, float]]:
        for picture_id, score in zip(ranked.ranking.ids, ranked.ranking.scores, strict=True):
            if picture := self._index.picture(int(picture_id), self._folder):
                yield picture, float(score)

    def _reasons(self, ranked: Ranked, picture: int) -> dict[By, Reason]:
        reasons: dict[By, Reason] = {}
        for by, part in ranked.parts.items():
            for place in np.flatnonzero(part.ids == picture):
                reasons[by] = Reason(
                    rank=int(place) + 1,
                    score=float(part.scores[place]),
                    probability=self._probability(ranked, picture) if by == "shows" else None,
                    line=self._index.line_saying(picture, _terms(ranked.query))
                    if by == "says"
                    else None,
                )
        return reasons

    def _probability(self, ranked: Ranked, picture: int) -> float | None:
        if self._encoders is None or ranked.text is None:
            return None
        image = self._of(self._encoders.columns[0]).of(picture)
        return float(self._encoders.space.probabilities(image, ranked.text)[0, 0])

    def _is_near(self, one: IndexedPicture, other: IndexedPicture) -> bool:
        if different_bits(one.fingerprint, other.fingerprint) > MOST_BITS:
            return False
        if self._encoders is None:
            return True
        rows = self._of(self._encoders.between_pictures)
        cosines = rows.of(one.id) @ rows.of(other.id).T
        return bool((cosines >= SAME_LOOK).any())

    def _of(self, column: Column) -> _Rows:
        """The vectors of a column, of the pictures that may be found.

        Raises:
            InputError: there are pictures, and none has one of this version.
        """
        if column.name not in self._rows:
            ids, vectors = self._index.vectors(column)
            if len(self._ids) and not len(ids):
                raise InputError(
                    "the index was made with other weights; bring it up to date: "
                    "vqa-agent index FOLDER"
                )
            here = np.isin(ids, self._ids)
            every = bool(here.all())
            self._rows[column.name] = (
                _Rows(ids, vectors) if every else _Rows(ids[here], vectors[here])
            )
        return self._rows[column.name]


def _terms(query: Query) -> list[str]:
    """The words that a picture may say, as the index takes them: those asked for, else a text's."""
    words = query.words if query.words is not None else query.text
    return [phrase(term) for term in terms_of(words or "")]
