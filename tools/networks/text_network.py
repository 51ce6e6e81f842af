"""The text encoder as a torch module: for training, and for running it on a GPU.

`tools.networks.text_encoder` computes the same in NumPy; it imports this only where torch runs.
"""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional

from tools.networks.text_config import TextConfig


class Block(nn.Module):
    """Attention of all tokens to all, then a feed-forward network; norms in front of each.

    Xiong et al.: On Layer Normalization in the Transformer Architecture, ICML 2020.
    """

    def __init__(self, config: TextConfig) -> None:
        super().__init__()
        width = config.width
        self.heads, self.dropout = config.heads, config.dropout
        self.before_attention = nn.LayerNorm(width)
        self.queries_keys_values = nn.Linear(width, 3 * width)
        self.attended = nn.Linear(width, width)
        self.before_feeding = nn.LayerNorm(width)
        self.up = nn.Linear(width, config.feed)
        self.down = nn.Linear(config.feed, width)

    def forward(self, x: torch.Tensor, seen: torch.Tensor) -> torch.Tensor:
        """Float (n, tokens, width) and what may be attended to, bool (n, 1, 1, tokens)."""
        count, length, width = x.shape
        mixed = self.queries_keys_values(self.before_attention(x))
        queries, keys, values = mixed.view(count, length, 3, self.heads, -1).permute(2, 0, 3, 1, 4)
        heads = functional.scaled_dot_product_attention(queries, keys, values, attn_mask=seen)
        heads = self.attended(heads.transpose(1, 2).reshape(count, length, width))
        x = x + functional.dropout(heads, self.dropout, self.training)
        fed = self.down(functional.gelu(self.up(self.before_feeding(x))))
        return x + functional.dropout(fed, self.dropout, self.training)


class TextNetwork(nn.Module):
    """Token ids → vectors of the tokens, and one of the whole text.

    The pooled vector is a weighted mean of the tokens (the weights are learnt), mapped into the
    teacher's space and brought to unit length.
    """

    def __init__(self, config: TextConfig) -> None:
        super().__init__()
        self.config = config
        self.words = nn.Embedding(config.vocabulary, config.width)
        self.positions = nn.Embedding(config.longest, config.width)
        self.blocks = nn.ModuleList(Block(config) for _ in range(config.layers))
        self.norm = nn.LayerNorm(config.width)
        self.weighing = nn.Linear(config.width, 1)
        self.out = nn.Linear(config.width, config.dimensions)
        nn.init.normal_(self.words.weight, std=0.05)
        nn.init.normal_(self.positions.weight, std=0.01)
        nn.init.zeros_(self.weighing.weight)

    def forward(self, ids: torch.Tensor, mask: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """The vectors of a batch.

        Args:
            ids: int64 (n, tokens), at most `config.longest` tokens.
            mask: bool (n, tokens), False where a row is padding; the first is True.

        Returns:
            Of the tokens, float (n, tokens, width), zero at padding; of the texts, float
            (n, dimensions), of unit length.
        """
        x = self.words(ids) + self.positions.weight[: ids.shape[1]]
        for block in self.blocks:
            x = block(x, mask[:, None, None, :])
        tokens = self.norm(x)
        weights = self.weighing(tokens).float().masked_fill(~mask[..., None], -torch.inf).softmax(1)
        pooled = functional.normalize(self.out((tokens * weights).sum(1)).float(), dim=1)
        return tokens * mask[..., None], pooled
