"""The benchmark of search: it runs, and what it times finds what it looks for."""

from __future__ import annotations

from benchmarks import retrieval


def test_both_ways_are_timed() -> None:
    rows = retrieval.measure(pictures=300, dimensions=16, rounds=3)
    assert [row.what for row in rows] == ["product", "search"]
    assert all(row.wall_ms > 0 for row in rows)
    assert len(retrieval.table(rows).splitlines()) == 3
