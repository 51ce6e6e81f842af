"""Pictures that are decoded when they are looked at, so that many pages need not fit into memory.

A page keeps its encoded file; its pixels lie in a cache of the store that drops what was not
looked at for longest.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tools.errors import PictureError, ToolError
from tools.evidence import PictureRef, Unit
from tools.pictures.picture import Character, Picture

if TYPE_CHECKING:
    from tools.pictures.picture import Mask, Pixels

CACHED_PIXELS = 80_000_000
"""Pixels of all decoded pages of a cache together (3 bytes each); the last one always stays."""

Decoded = tuple["Pixels", "Mask | None"]
Key = tuple[str, str]
"""An owner, and the hash of a page."""


@dataclass(frozen=True)
class Leaf:
    """A page of a file before it has an id: its number (from 1), its size in pixels, its content.

    Without `decode` it is all there in `decoded`.
    """

    number: int
    size_wh: tuple[int, int]
    decode: Callable[[], Decoded] | None = None
    characters: Callable[[], tuple[Character, ...]] = tuple
    decoded: Decoded | None = None


@dataclass(frozen=True)
class File:
    """What there is to look at in a file, of so many pages in `total`; why the `broken` are not."""

    unit: Unit
    leaves: tuple[Leaf, ...]
    total: int
    broken: Mapping[int, str] = field(default_factory=dict)


def read_only(decoded: Decoded) -> Decoded:
    """The same arrays, which nobody can write to any more."""
    for array in decoded:
        if array is not None:
            array.flags.writeable = False
    return decoded


class PixelCache:
    """Decoded pages, least recently looked at first out; pictures of one owner share them.

    Safe to share by threads and by stores. Who waits for a page waits for nobody else's.
    """

    def __init__(self, most_pixels: int = CACHED_PIXELS) -> None:
        self._most = most_pixels
        self._kept: OrderedDict[Key, Decoded] = OrderedDict()
        self._decoding: dict[Key, threading.Lock] = {}
        self._lock = threading.Lock()

    def get(self, key: Key, decode: Callable[[], Decoded]) -> Decoded:
        """What is kept under the key, else what `decode` gives, which is called once at a time."""
        if (kept := self._recalled(key)) is not None:
            return kept
        with self._lock:
            alone = self._decoding.setdefault(key, threading.Lock())
        with alone:
            try:
                kept = self._recalled(key)
                return self._put(key, decode()) if kept is None else kept
            finally:
                with self._lock:
                    self._decoding.pop(key, None)

    def forget(self, owner: str) -> None:
        """Let go of an owner's pages."""
        with self._lock:
            for key in [key for key in self._kept if key[0] == owner]:
                del self._kept[key]

    def _recalled(self, key: Key) -> Decoded | None:
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
            return self._kept.get(key)

    def _put(self, key: Key, decoded: Decoded) -> Decoded:
        """Keep a page, and drop others until there is room."""
        with self._lock:
            self._kept[key] = read_only(decoded)
            while len(self._kept) > 1 and self._size() > self._most:
                self._kept.popitem(last=False)
        return decoded

    def _size(self) -> int:
        return sum(pixels.shape[0] * pixels.shape[1] for pixels, _ in self._kept.values())


class Page(Picture):
    """A picture whose pixels are decoded when they are asked for.

    Args:
        ref: it, with the size that decoding gives.
        cache: where decoded pixels are kept.
        decode: gives pixels and mask as `Picture` has them.
        characters: gives its text layer.
        owner: as `Picture` has it.

    Raises (when looked at):
        ToolError: it cannot be decoded.
    """

    def __init__(
        self,
        ref: PictureRef,
        cache: PixelCache,
        decode: Callable[[], Decoded],
        characters: Callable[[], tuple[Character, ...]] = tuple,
        owner: str = "",
    ) -> None:
        object.__setattr__(self, "ref", ref)
        object.__setattr__(self, "owner", owner)
        object.__setattr__(self, "_cache", cache)
        object.__setattr__(self, "_decode", decode)
        object.__setattr__(self, "_characters", characters)

    _cache: PixelCache
    _decode: Callable[[], Decoded]
    _characters: Callable[[], tuple[Character, ...]]

    @property
    def pixels(self) -> Pixels:
        """uint8 RGB of shape (height, width, 3), read-only."""
        return self._decoded[0]

    @property
    def opaque(self) -> Mask | None:
        """Shape (height, width), False where the page is transparent; None: all of it is opaque."""
        return self._decoded[1]

    @property
    def characters(self) -> tuple[Character, ...]:
        """Its text layer, in the order of the file; nobody has looked whether it can be seen."""
        try:
            return self._characters()
        except PictureError as error:
            raise ToolError(f"{self.ref.id}: {error}") from None

    @property
    def _decoded(self) -> Decoded:
        try:
            return self._cache.get((self.owner, self.ref.sha256), self._decode)
        except PictureError as error:
            raise ToolError(f"{self.ref.id}: {error}") from None
