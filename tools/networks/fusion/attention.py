"""Fusion by attention: which regions matter is decided by the words, and the other way round."""

from __future__ import annotations

import torch
from torch import nn

from tools.networks.fusion.base import AttentionPool, FusionFunction, weights

HEAD_WIDTH = 32
LAYERS = 2


class Attention(nn.Module):
    """`softmax(Q Kᵀ / √d) V` in several heads (Vaswani et al., NeurIPS 2017)."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.heads = max(1, width // HEAD_WIDTH)
        self.query = nn.Linear(width, width)
        self.key = nn.Linear(width, width)
        self.value = nn.Linear(width, width)
        self.out = nn.Linear(width, width)

    def forward(
        self, asking: torch.Tensor, asked: torch.Tensor, asked_mask: torch.Tensor
    ) -> torch.Tensor:
        """(n, q, width), (n, k, width) and bool (n, k) → (n, q, width)."""
        query, key, value = (
            of(x).unflatten(2, (self.heads, -1)).transpose(1, 2)
            for of, x in ((self.query, asking), (self.key, asked), (self.value, asked))
        )
        scores = query @ key.transpose(2, 3) / query.shape[3] ** 0.5
        found = weights(scores, asked_mask[:, None, None]) @ value
        out: torch.Tensor = self.out(found.transpose(1, 2).flatten(2))
        return out


class Attended(nn.Module):
    """A layer of a transformer: attention to others or to oneself, then each row by itself."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.attention = Attention(width)
        self.alone = nn.Sequential(
            nn.Linear(width, 2 * width), nn.GELU(), nn.Linear(2 * width, width)
        )
        self.after_attention = nn.LayerNorm(width)
        self.after_alone = nn.LayerNorm(width)

    def forward(
        self, asking: torch.Tensor, asked: torch.Tensor, asked_mask: torch.Tensor
    ) -> torch.Tensor:
        """Shapes are those of `Attention`."""
        asking = self.after_attention(asking + self.attention(asking, asked, asked_mask))
        out: torch.Tensor = self.after_alone(asking + self.alone(asking))
        return out


class CoAttentionLayer(nn.Module):
    """The words look at each other, the regions at each other, then the regions at the words."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.words = Attended(width)
        self.regions = Attended(width)
        self.guided = Attended(width)

    def forward(
        self,
        image: torch.Tensor,
        image_mask: torch.Tensor,
        text: torch.Tensor,
        text_mask: torch.Tensor,
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Image and text, of the shapes that they came in."""
        text = self.words(text, text, text_mask)
        image = self.regions(image, image, image_mask)
        return self.guided(image, text, text_mask), text


class CrossAttention(FusionFunction):
    """`Z = Σⱼ βⱼ (Σᵢ αⱼᵢ V Iᵢ) ∘ W Tⱼ`: `Σ αᵢ Iᵢ Tᵢ` with regions of their own for each word.

    αⱼᵢ is the attention of word j to region i, in heads, βⱼ how much the word matters (the form is
    that of stacked attention, Yang et al., CVPR 2016, with a query a word).
    """

    def __init__(self, width: int) -> None:
        super().__init__(width)
        self.looked_up = Attention(width)
        self.of_text = nn.Linear(width, width)
        self.pool = AttentionPool(width)

    def fuse(
        self,
        image: torch.Tensor,
        image_mask: torch.Tensor,
        text: torch.Tensor,
        text_mask: torch.Tensor,
    ) -> torch.Tensor:
        """See the class."""
        seen = self.looked_up(text, image, image_mask)
        fused: torch.Tensor = self.pool(seen * self.of_text(text), text_mask)
        return fused


class CoAttention(FusionFunction):
    """`Z = norm(A pool(I′) + B pool(T′))` after two co-attention layers.

    MCAN, stacked (Yu et al.: Deep Modular Co-Attention Networks, CVPR 2019).
    """

    def __init__(self, width: int) -> None:
        super().__init__(width)
        self.layers = nn.ModuleList(CoAttentionLayer(width) for _ in range(LAYERS))
        self.image_pool, self.text_pool = AttentionPool(width), AttentionPool(width)
        self.of_image, self.of_text = nn.Linear(width, width), nn.Linear(width, width)
        self.norm = nn.LayerNorm(width)

    def fuse(
        self,
        image: torch.Tensor,
        image_mask: torch.Tensor,
        text: torch.Tensor,
        text_mask: torch.Tensor,
    ) -> torch.Tensor:
        """See the class."""
        for layer in self.layers:
            image, text = layer(image, image_mask, text, text_mask)
        seen = self.of_image(self.image_pool(image, image_mask))
        asked = self.of_text(self.text_pool(text, text_mask))
        fused: torch.Tensor = self.norm(seen + asked)
        return fused


class JointSelfAttention(FusionFunction):
    """`Z` is the first row of a transformer over `[z₀; I + i; T + t]`.

    Everything looks at everything (VisualBERT: Li et al., 2019); i and t say whose a row is.
    """

    def __init__(self, width: int) -> None:
        super().__init__(width)
        self.start = nn.Parameter(torch.randn(width) * 0.02)
        self.side = nn.Parameter(torch.randn(2, width) * 0.02)
        self.layers = nn.ModuleList(Attended(width) for _ in range(LAYERS))

    def fuse(
        self,
        image: torch.Tensor,
        image_mask: torch.Tensor,
        text: torch.Tensor,
        text_mask: torch.Tensor,
    ) -> torch.Tensor:
        """See the class."""
        start = self.start.to(image.dtype).expand(len(image), 1, -1)
        rows = torch.cat([start, image + self.side[0], text + self.side[1]], 1)
        mask = torch.cat([image_mask.new_ones(len(image), 1), image_mask, text_mask], 1)
        for layer in self.layers:
            rows = layer(rows, rows, mask)
        return rows[:, 0]
