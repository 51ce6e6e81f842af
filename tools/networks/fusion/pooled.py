"""Fusion of one vector each: I and T are the means of their rows."""

from __future__ import annotations

import torch
from torch import nn

from tools.networks.fusion.base import FusionFunction, mean


class PooledFusion(FusionFunction):
    """A formula of the two means; it implements `of_means`."""

    def fuse(
        self,
        image: torch.Tensor,
        image_mask: torch.Tensor,
        text: torch.Tensor,
        text_mask: torch.Tensor,
    ) -> torch.Tensor:
        """`of_means` of the means of what is there."""
        return self.of_means(mean(image, image_mask), mean(text, text_mask))

    def of_means(self, image: torch.Tensor, text: torch.Tensor) -> torch.Tensor:
        """(n, width) and (n, width) → (n, width)."""
        raise NotImplementedError


class Additive(PooledFusion):
    """`Z = tanh(A I + B T)`: the simplest; neither side can ask about the other (the additive
    attention's form of Bahdanau et al., ICLR 2015, without the attention)."""

    def __init__(self, width: int) -> None:
        super().__init__(width)
        self.of_image = nn.Linear(width, width)
        self.of_text = nn.Linear(width, width)

    def of_means(self, image: torch.Tensor, text: torch.Tensor) -> torch.Tensor:
        """See the class."""
        return torch.tanh(self.of_image(image) + self.of_text(text))


class Product(PooledFusion):
    """`Z = tanh(A I) ∘ tanh(B T)`, elementwise (Antol et al.: VQA, ICCV 2015)."""

    def __init__(self, width: int) -> None:
        super().__init__(width)
        self.of_image = nn.Linear(width, width)
        self.of_text = nn.Linear(width, width)

    def of_means(self, image: torch.Tensor, text: torch.Tensor) -> torch.Tensor:
        """See the class."""
        return torch.tanh(self.of_image(image)) * torch.tanh(self.of_text(text))


class ScalarProduct(PooledFusion):
    """`Z = T + (A I · B T / √d) w`: one number, how well they fit, beside the text.

    What a shared space can say to a question: whether it is so, not what (the score is CLIP's:
    Radford et al., ICML 2021, before the temperature).
    """

    def __init__(self, width: int) -> None:
        super().__init__(width)
        self.of_image = nn.Linear(width, width)
        self.of_text = nn.Linear(width, width)
        self.direction = nn.Parameter(torch.randn(width) / width**0.5)

    def of_means(self, image: torch.Tensor, text: torch.Tensor) -> torch.Tensor:
        """See the class."""
        fit = (self.of_image(image) * self.of_text(text)).sum(1, keepdim=True) / self.width**0.5
        fused: torch.Tensor = text + fit * self.direction
        return fused


class Gated(PooledFusion):
    """`Z = g ∘ tanh(A I) + (1 - g) ∘ tanh(B T)` with `g = σ(C [I, T])`: for each dimension, whom to
    believe (Arevalo et al.: Gated Multimodal Units, ICLR workshop 2017)."""

    def __init__(self, width: int) -> None:
        super().__init__(width)
        self.of_image = nn.Linear(width, width)
        self.of_text = nn.Linear(width, width)
        self.gate = nn.Linear(2 * width, width)

    def of_means(self, image: torch.Tensor, text: torch.Tensor) -> torch.Tensor:
        """See the class."""
        gate = torch.sigmoid(self.gate(torch.cat([image, text], 1)))
        said_by_image, said_by_text = (
            torch.tanh(self.of_image(image)),
            torch.tanh(self.of_text(text)),
        )
        return gate * said_by_image + (1 - gate) * said_by_text
