"""Memory that was let go of is given back."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from server import trimming

PIECES, PIECE = 400, 100_000


def resident() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


@pytest.mark.skipif(trimming._malloc_trim() is None, reason="there is no glibc here")
def test_holes_between_what_is_kept_go_back_to_the_system() -> None:
    pieces = [bytearray(os.urandom(1)) * PIECE for _ in range(PIECES)]
    kept = pieces[1::2]
    del pieces
    before = resident()
    trimming._malloc_trim()(0)
    assert before - resident() > PIECES * PIECE // 4
    assert len(kept) == PIECES // 2
