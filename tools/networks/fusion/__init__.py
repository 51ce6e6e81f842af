"""Fusion functions `Z = f(I, T)`: one small torch module a formula, all with one signature.

An image is a set of region vectors `I` (the order means nothing), a text a sequence of token
vectors `T`, which know their places already; both have `width` dimensions. What the vectors are
made from, and what is made of `Z`, is the caller's: `answer_network` here, the losses in training.

Whoever imports this package imports torch.
"""

from __future__ import annotations

from tools.networks.fusion.attention import CoAttention, CrossAttention, JointSelfAttention
from tools.networks.fusion.base import FusionFunction
from tools.networks.fusion.bilinear import LowRankBilinear
from tools.networks.fusion.graph import GraphAttention
from tools.networks.fusion.pooled import Additive, Gated, Product, ScalarProduct

fusion_functions: dict[str, type[FusionFunction]] = {
    "additive": Additive,
    "product": Product,
    "scalar-product": ScalarProduct,
    "gated": Gated,
    "bilinear": LowRankBilinear,
    "cross-attention": CrossAttention,
    "co-attention": CoAttention,
    "self-attention": JointSelfAttention,
    "graph-attention": GraphAttention,
}
"""By the name that a command line, a configuration or a table calls them. Each takes `width`."""

__all__ = ["FusionFunction", "fusion_functions"]
