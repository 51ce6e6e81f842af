"""From vectors of a picture and of a question to answers: projections, a fusion function, a head.

The vectors come from whatever encoders; the answers are numbers of a list that the caller keeps.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import nn
from torch.nn import functional

from tools.networks.fusion import fusion_functions
from tools.networks.fusion.base import mean


@dataclass(frozen=True)
class AnswerShape:
    """What an `AnswerNetwork` is built from."""

    fusion: str
    """A name of `fusion_functions`."""
    image_width: int
    text_width: int
    """Dimensions of the vectors that come in."""
    answers: int
    width: int = 256
    """Of the vectors that are fused."""
    dropout: float = 0.3


class AnswerNetwork(nn.Module):
    """Logits of answers.

    A question without a picture is answered by what is learnt in its place, and so is a picture
    without a question: with one side masked the network is a prior of the other.
    """

    def __init__(self, shape: AnswerShape) -> None:
        super().__init__()
        self.shape = shape
        width = shape.width
        self.image_projection = _projection(shape.image_width, width, shape.dropout)
        self.text_projection = _projection(shape.text_width, width, shape.dropout)
        self.unseen = nn.Parameter(torch.randn(width) * 0.02)
        self.unasked = nn.Parameter(torch.randn(width) * 0.02)
        self.fusion = fusion_functions[shape.fusion](width)
        self.head = nn.Sequential(
            nn.LayerNorm(width),
            nn.Linear(width, 2 * width),
            nn.GELU(),
            nn.Dropout(shape.dropout),
            nn.Linear(2 * width, shape.answers),
        )

    def forward(
        self,
        image: torch.Tensor,
        image_mask: torch.Tensor,
        text: torch.Tensor,
        text_mask: torch.Tensor,
    ) -> torch.Tensor:
        """Logits, (n, answers).

        Args:
            image: float (n, regions, image_width).
            image_mask: bool (n, regions); all False where there is no picture.
            text: float (n, tokens, text_width).
            text_mask: bool (n, tokens).
        """
        seen, image_mask = _or_else(
            self.unseen, _projected(self.image_projection, image, image_mask), image_mask
        )
        asked, text_mask = _or_else(
            self.unasked, _projected(self.text_projection, text, text_mask), text_mask
        )
        logits: torch.Tensor = self.head(self.fusion(seen, image_mask, asked, text_mask))
        return logits

    def image_vectors(self, image: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """The pictures in the space that both sides share, unit length, (n, width)."""
        return functional.normalize(
            mean(_projected(self.image_projection, image, mask), mask), dim=1
        )

    def text_vectors(self, text: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """The texts in that space, unit length, (n, width)."""
        return functional.normalize(mean(_projected(self.text_projection, text, mask), mask), dim=1)


def _projection(width: int, out: int, dropout: float) -> nn.Module:
    return nn.Sequential(nn.LayerNorm(width), nn.Dropout(dropout), nn.Linear(width, out))


def _projected(projection: nn.Module, rows: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    """The projection of what is there, and zeros for the rest."""
    there = mask[..., None]
    out: torch.Tensor = projection(rows.masked_fill(~there, 0))
    return out.masked_fill(~there, 0)


def _or_else(
    instead: torch.Tensor, rows: torch.Tensor, mask: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    """Rows with one more in front, which is there only where no other is."""
    is_empty = ~mask.any(1, keepdim=True)
    first = instead.to(rows.dtype).expand(len(rows), 1, -1)
    return torch.cat([first, rows], 1), torch.cat([is_empty, mask], 1)
