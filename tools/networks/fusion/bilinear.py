"""Bilinear fusion: every dimension of the image with every dimension of the text."""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional

from tools.networks.fusion.pooled import PooledFusion

RANK = 4
EPSILON = 1e-6


class LowRankBilinear(PooledFusion):
    """`zₖ = Iᵀ Wₖ T` with each `Wₖ` of rank 4: `Z = sum pool₄ (U I ∘ V T)`, then `sign(z) √|z|` and
    unit length (MFB: Yu et al.: Multi-modal Factorized Bilinear Pooling, ICCV 2017, eq. 5)."""

    def __init__(self, width: int) -> None:
        super().__init__(width)
        self.of_image = nn.Linear(width, RANK * width)
        self.of_text = nn.Linear(width, RANK * width)

    def of_means(self, image: torch.Tensor, text: torch.Tensor) -> torch.Tensor:
        """See the class."""
        factors = self.of_image(image) * self.of_text(text)
        summed = factors.unflatten(1, (self.width, RANK)).sum(2)
        rooted = summed.sign() * (summed.abs() + EPSILON).sqrt()  # √ has no slope at 0
        return functional.normalize(rooted, dim=1)
