"""What all fusion functions share: the signature, and how masked vectors are kept out."""

from __future__ import annotations

import torch
from torch import nn


class FusionFunction(nn.Module):
    """`Z = f(I, T)`; a formula implements `fuse`.

    Args:
        width: dimensions of every vector, in and out.
    """

    def __init__(self, width: int) -> None:
        super().__init__()
        self.width = width

    def forward(
        self,
        image: torch.Tensor,
        image_mask: torch.Tensor,
        text: torch.Tensor,
        text_mask: torch.Tensor,
    ) -> torch.Tensor:
        """Fuse n images with n texts.

        Args:
            image: float (n, regions, width).
            image_mask: bool (n, regions), False where a row is padding: whatever stands there, even
                NaN, changes nothing.
            text: float (n, tokens, width).
            text_mask: bool (n, tokens).

        Returns:
            float (n, width).
        """
        image = image.masked_fill(~image_mask[..., None], 0)
        text = text.masked_fill(~text_mask[..., None], 0)
        return self.fuse(image, image_mask, text, text_mask)

    def fuse(
        self,
        image: torch.Tensor,
        image_mask: torch.Tensor,
        text: torch.Tensor,
        text_mask: torch.Tensor,
    ) -> torch.Tensor:
        """The formula; shapes are those of `forward`, what is masked is zero."""
        raise NotImplementedError


def mean(vectors: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    """The mean of the rows that are there, (n, width); zeros where there is none."""
    counted = mask[..., None].to(vectors.dtype)
    return (vectors * counted).sum(1) / counted.sum(1).clamp(min=1)


def weights(scores: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    """Softmax over the last dimension of what is there; zeros where nothing is.

    Args:
        scores: float (..., things).
        mask: bool, of a shape that broadcasts to that of the scores.
    """
    lowest = torch.finfo(scores.dtype).min
    return scores.masked_fill(~mask, lowest).softmax(-1) * mask


class AttentionPool(nn.Module):
    """`Σ βᵢ xᵢ`, β the softmax of a small network's score of each row.

    MCAN's attentional reduction (Yu et al.: Deep Modular Co-Attention Networks, CVPR 2019).
    """

    def __init__(self, width: int) -> None:
        super().__init__()
        self.score = nn.Sequential(
            nn.Linear(width, width // 2), nn.ReLU(), nn.Linear(width // 2, 1)
        )

    def forward(self, vectors: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """(n, things, width) and their mask → (n, width)."""
        share = weights(self.score(vectors)[..., 0], mask)
        return torch.einsum("ni,nid->nd", share, vectors)
