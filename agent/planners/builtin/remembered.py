"""Turns that the built-in weights have written: the same question is not worked out twice.

Decoding is greedy, so that the same prompt within the same grammar always gives the same text. What
was written for one owner is given to no other: the time that it takes would tell what was asked.
"""

from __future__ import annotations

import hashlib
import threading
from collections import Counter, OrderedDict
from collections.abc import Sequence
from typing import Generic, TypeVar

Turn = TypeVar("Turn")

MOST = 2048
"""Turns that are remembered; some hundred bytes each."""

Key = tuple[str, int, str]
"""The owner, how often all of his was forgotten, and a hash of all that a turn depends on."""


class Remembered(Generic[Turn]):
    """Turns by what they depend on, least recently used first out. Threads may share it."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._kept: OrderedDict[Key, Turn] = OrderedDict()
        self._ages: Counter[str] = Counter()

    def key(self, owner: str, prompt: Sequence[int], grammar: str) -> Key:
        """Where the turn behind a prompt of tokens is kept, made before it is written."""
        depends_on = hashlib.sha256(f"{list(prompt)} {grammar}".encode()).hexdigest()
        return owner, self._ages[owner], depends_on

    def get(self, key: Key) -> Turn | None:
        """The turn, if it is known."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
            return self._kept.get(key)

    def put(self, key: Key, turn: Turn) -> None:
        """Keep a turn, unless its owner's were forgotten while it was written."""
        owner, age, _ = key
        with self._lock:
            if age != self._ages[owner]:
                return
            self._kept[key] = turn
            self._kept.move_to_end(key)
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)

    def forget(self, owner: str) -> None:
        """Delete what was written for an owner."""
        with self._lock:
            self._ages[owner] += 1
            for key in [key for key in self._kept if key[0] == owner]:
                del self._kept[key]
