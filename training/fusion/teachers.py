"""A teacher's vectors of pictures, out of a file: an ensemble's, or a hub model's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from tools.errors import InputError


@dataclass(frozen=True)
class Known:
    """What the teacher says of some of a batch's pictures."""

    places: torch.Tensor
    """int64 (known,): which pictures of the batch."""
    vectors: torch.Tensor
    """float32 (known, width)."""


class Teacher:
    """Vectors by picture.

    Args:
        file: an .npz with `names` (paths below the data folder) and `vectors`, (n, width).

    Raises:
        InputError: the file holds something else.
    """

    def __init__(self, file: Path) -> None:
        try:
            with np.load(file) as parts:
                names, vectors = parts["names"].tolist(), parts["vectors"].astype(np.float32)
            self._rows = dict(zip(names, vectors, strict=True))
            self.width = int(vectors.shape[1])
        except (KeyError, ValueError, IndexError) as error:
            raise InputError(f"{file} does not hold names and vectors: {error}") from None

    def of(self, pictures: Sequence[str], where: torch.device) -> Known:
        """What is known of these pictures."""
        places = [at for at, name in enumerate(pictures) if name in self._rows]
        rows = [self._rows[pictures[at]] for at in places]
        vectors = torch.from_numpy(np.array(rows, np.float32).reshape(-1, self.width))
        return Known(torch.tensor(places, dtype=torch.int64, device=where), vectors.to(where))
