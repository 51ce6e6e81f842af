"""Search over 100,000 pictures: the whole ranking against the product alone, by turns in one run.

    python -m benchmarks.retrieval [--pictures 100000] [--dimensions 512] [--rounds 20]

An index of random vectors of unit length is written and read back. "Product" is NumPy's own
`vectors @ query` of the same arrays: the least that exact search costs. "Search" is
`Searcher.rank` and the first ten hits with their paths and reasons. Medians of wall-clock
milliseconds and of the processor's, all threads together: what a query takes on a machine that is
busy with nothing else is no more than these, and they are held to the limit of 50 ms.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tools.networks.encoders import Rgb, Vectors
from tools.retrieval.encoders import Encoders
from tools.retrieval.index_file import IndexFile, KnownFile, NewPicture, reading, writing
from tools.retrieval.searching import Query, Searcher

LIMIT_MS = 50.0
TOP = 10


@dataclass
class RandomSpace:
    """A shared space in which a text is the vector of the number that it names."""

    vectors: Vectors
    version: str = "random"
    bar: float = 0.5
    floor: float = 0.5

    @property
    def dimensions(self) -> int:
        """Of every vector."""
        return int(self.vectors.shape[1])

    def images(self, batch: Sequence[Rgb]) -> Vectors:
        """None are asked for."""
        raise NotImplementedError

    def texts(self, batch: Sequence[str]) -> Vectors:
        """By their numbers."""
        return self.vectors[[int(text) for text in batch]]

    def probabilities(self, images: Vectors, texts: Vectors) -> NDArray[np.float32]:
        """The cosines, cut."""
        return np.asarray(np.clip(images @ texts.T, 0, 1), np.float32)


@dataclass(frozen=True)
class Row:
    """What one way takes for a query, wall clock and processor."""

    what: str
    wall_ms: float
    cpu_ms: float


def random_vectors(count: int, dimensions: int) -> Vectors:
    """Directions of chance."""
    vectors = np.random.default_rng(0).standard_normal((count, dimensions), np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors


def fill(index: IndexFile, space: RandomSpace) -> None:
    """One file with one picture for each vector."""
    columns = Encoders(space).columns
    chance = np.random.default_rng(2)
    with index.at_once():
        for number, vector in enumerate(space.vectors):
            content = f"{number:064x}"
            new = NewPicture(content, None, chance.bytes(32), {columns[0].name: vector})
            index.put_picture(content, new, columns)
            index.put_file(f"/photos/{number}.jpg", KnownFile("", content, ""))


def compare(ways: dict[str, Callable[[int], object]], queries: Sequence[int]) -> list[Row]:
    """Time all ways on each query, by turns in changing order; the first turn is not counted."""
    wall: dict[str, list[float]] = {what: [] for what in ways}
    cpu: dict[str, list[float]] = {what: [] for what in ways}
    for turn, query in enumerate(queries):
        for what in sorted(ways, reverse=bool(turn % 2)):
            began, used = time.perf_counter(), time.process_time()
            ways[what](query)
            if turn:
                cpu[what].append(1000 * (time.process_time() - used))
                wall[what].append(1000 * (time.perf_counter() - began))
    return [Row(w, statistics.median(wall[w]), statistics.median(cpu[w])) for w in ways]


def table(rows: Sequence[Row]) -> str:
    """Times and their ratio to the first row's."""
    lines = [f"{'':10}{'wall ms':>9}{'CPU ms':>9}{'ratio':>7}"]
    first = rows[0].wall_ms
    lines += [
        f"{row.what:10}{row.wall_ms:9.1f}{row.cpu_ms:9.1f}{row.wall_ms / first:7.2f}"
        for row in rows
    ]
    return "\n".join(lines)


def measure(pictures: int, dimensions: int, rounds: int) -> list[Row]:
    """Write the index, read it, and time each way."""
    space = RandomSpace(random_vectors(pictures, dimensions))
    queries = np.random.default_rng(1).integers(0, pictures, rounds + 1).tolist()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "index.sqlite3"
        with writing(file) as index:
            fill(index, space)
        with reading(file) as index:
            searcher = Searcher(index, Encoders(space))

            def search(number: int) -> object:
                (ranked,) = searcher.rank([Query(text=str(number))])
                hits = searcher.best(ranked, TOP)
                if hits[0].picture.paths != (f"/photos/{number}.jpg",):
                    raise RuntimeError(f"vector {number} does not find itself first")
                return hits

            ways: dict[str, Callable[[int], object]] = {
                "product": lambda number: space.vectors @ space.vectors[number],
                "search": search,
            }
            return compare(ways, queries)


def main() -> None:
    """Measure, print, and say whether the limit is kept."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pictures", type=int, default=100_000)
    parser.add_argument("--dimensions", type=int, default=512)
    parser.add_argument("--rounds", type=int, default=20)
    options = parser.parse_args()
    rows = measure(options.pictures, options.dimensions, options.rounds)
    print(f"{options.pictures} pictures, {options.dimensions} dimensions\n{table(rows)}")
    search = next(row for row in rows if row.what == "search")
    kept = "kept" if search.cpu_ms <= LIMIT_MS else "MISSED"
    print(f"limit of {LIMIT_MS:.0f} CPU ms: {kept}")


if __name__ == "__main__":
    main()
