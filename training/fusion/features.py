"""Vectors of frozen encoders, made once: of pictures by their content, of texts by their words.

A folder for each encoder's version holds numbered files; each is written whole or not at all, so
that making them goes on where it stopped. Vectors are kept in half precision.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import torch
from numpy.typing import NDArray

from tools.networks.encoders import Tokens

TOGETHER = 32
A_FILE = 1024
"""Inputs of a file."""


class TokenEncoder(Protocol):
    """As much of an `Encoder` as is kept here."""

    @property
    def version(self) -> str: ...

    def tokens(self, batch: Sequence[Any], /) -> Tokens: ...


class Features:
    """The vectors of many inputs, looked up by key.

    Args:
        rows: of each key, float16 (tokens, width).
        width: of a vector.
    """

    def __init__(self, rows: dict[str, NDArray[np.float16]], width: int) -> None:
        self._rows = rows
        self.width = width

    def of(self, keys: Sequence[str], where: torch.device) -> tuple[torch.Tensor, torch.Tensor]:
        """float32 (n, tokens, width) and their mask, bool (n, tokens); n may be 0."""
        chosen = [self._rows[key] for key in keys]
        longest = max((len(rows) for rows in chosen), default=1)
        vectors = np.zeros((len(chosen), longest, self.width), np.float16)
        mask = np.zeros((len(chosen), longest), bool)
        for at, rows in enumerate(chosen):
            vectors[at, : len(rows)], mask[at, : len(rows)] = rows, True
        return torch.from_numpy(vectors).to(where).float(), torch.from_numpy(mask).to(where)


def cached(
    encoder: TokenEncoder,
    inputs: Mapping[str, Callable[[], Any]],
    folder: Path,
    log: Callable[[str], None],
) -> Features:
    """The vectors of all inputs; those that `folder` lacks are made and kept there.

    Args:
        encoder: whose version names a folder below `folder`.
        inputs: by a key that says what the input is, what gives it to the encoder.
        folder: where vectors are kept.
        log: told how many are made.
    """
    own = folder / hashlib.sha256(encoder.version.encode()).hexdigest()[:16]
    own.mkdir(parents=True, exist_ok=True)
    (own / "encoder.json").write_text(json.dumps({"version": encoder.version}) + "\n")
    rows = {key: value for key, value in _kept(own) if key in inputs}
    missing = [key for key in inputs if key not in rows]
    if missing:
        log(f"encoding {len(missing)} inputs with {encoder.version} …")
    for start in range(0, len(missing), A_FILE):
        made: dict[str, NDArray[np.float16]] = {}
        for at in range(start, min(start + A_FILE, len(missing)), TOGETHER):
            few = missing[at : min(at + TOGETHER, start + A_FILE)]
            tokens = encoder.tokens([inputs[key]() for key in few])
            for key, vectors, mask in zip(few, tokens.vectors, tokens.mask, strict=True):
                made[key] = vectors[mask].astype(np.float16)
        _keep(own, made)
        rows |= made
    return Features(rows, next(iter(rows.values())).shape[1] if rows else 1)


def content_key(file: Path) -> str:
    """What a picture's vectors are kept by, wherever it lies."""
    return hashlib.sha256(file.read_bytes()).hexdigest()


def _keep(folder: Path, made: dict[str, NDArray[np.float16]]) -> None:
    number = len(list(folder.glob("*.npz")))
    partial = folder / f"{number:05}.partial"
    with partial.open("wb") as file:
        np.savez(
            file,
            keys=np.array(json.dumps(list(made))),
            ends=np.cumsum([len(rows) for rows in made.values()]),
            vectors=np.concatenate(list(made.values())),
        )
    partial.replace(partial.with_suffix(".npz"))


def _kept(folder: Path) -> Iterator[tuple[str, NDArray[np.float16]]]:
    for file in sorted(folder.glob("*.npz")):
        with np.load(file) as parts:
            rows = np.split(parts["vectors"], parts["ends"][:-1])
            yield from zip(json.loads(str(parts["keys"])), rows, strict=True)
