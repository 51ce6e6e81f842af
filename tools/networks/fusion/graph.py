"""Fusion by a graph whose nodes are regions and words."""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional

from tools.networks.fusion.base import AttentionPool, FusionFunction, weights

ROUNDS = 2
SLOPE = 0.2


class GraphRound(nn.Module):
    """`hᵢ′ = norm(hᵢ + elu(Σⱼ αᵢⱼ W hⱼ))` over i's neighbours j.

    `αᵢ = softmaxⱼ leaky relu(a·W hᵢ + b·W hⱼ)` (Veličković et al.: Graph Attention Networks, ICLR
    2018, eq. 3 and 4).
    """

    def __init__(self, width: int) -> None:
        super().__init__()
        self.message = nn.Linear(width, width)
        self.asks, self.asked = nn.Linear(width, 1), nn.Linear(width, 1)
        self.norm = nn.LayerNorm(width)

    def forward(self, nodes: torch.Tensor, edges: torch.Tensor) -> torch.Tensor:
        """(n, nodes, width) and bool (n, nodes, nodes), True where j is a neighbour of i."""
        messages = self.message(nodes)
        scores = self.asks(messages) + self.asked(messages).transpose(1, 2)
        heard = weights(functional.leaky_relu(scores, SLOPE), edges) @ messages
        out: torch.Tensor = self.norm(nodes + functional.elu(heard))
        return out


class GraphAttention(FusionFunction):
    """`Z = tanh(A pool(regions)) ∘ tanh(B pool(words))` after two rounds.

    In a round each node hears itself and every node of the other side (after Li et al.:
    Relation-Aware Graph Attention, ICCV 2019, without relations between regions).
    """

    def __init__(self, width: int) -> None:
        super().__init__(width)
        self.rounds = nn.ModuleList(GraphRound(width) for _ in range(ROUNDS))
        self.image_pool, self.text_pool = AttentionPool(width), AttentionPool(width)
        self.of_image, self.of_text = nn.Linear(width, width), nn.Linear(width, width)

    def fuse(
        self,
        image: torch.Tensor,
        image_mask: torch.Tensor,
        text: torch.Tensor,
        text_mask: torch.Tensor,
    ) -> torch.Tensor:
        """See the class."""
        nodes, regions = torch.cat([image, text], 1), image.shape[1]
        edges = bipartite(image_mask, text_mask)
        for layer in self.rounds:
            nodes = layer(nodes, edges)
        seen = self.image_pool(nodes[:, :regions], image_mask)
        asked = self.text_pool(nodes[:, regions:], text_mask)
        return torch.tanh(self.of_image(seen)) * torch.tanh(self.of_text(asked))


def bipartite(image_mask: torch.Tensor, text_mask: torch.Tensor) -> torch.Tensor:
    """Who hears whom: bool (n, regions + tokens, regions + tokens), regions first."""
    there = torch.cat([image_mask, text_mask], 1)
    is_word = torch.arange(there.shape[1], device=there.device) >= image_mask.shape[1]
    other_side = is_word[:, None] != is_word
    oneself = torch.eye(len(is_word), dtype=torch.bool, device=there.device)
    return (other_side | oneself) & there[:, None]
