"""The heads of the built-in fused model: what questions, texts and pictures are mapped by.

`tools.networks.fused_answers` and `tools.networks.shared_space` compute the same in NumPy; `folded`
gives them the weights by their names.
"""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional

SPREAD_OF_TEXTS, SPREAD_OF_PICTURES = 15.0, 8.0
"""What centred texts and pictures are multiplied by, so that a dimension is of order one."""


class Prior(nn.Module):
    """What is answered to a question without looking.

    Args:
        texts: dimensions of a text's vector.
        answers: how many there are.
        width: of the hidden layers.
    """

    def __init__(self, texts: int, answers: int, width: int = 768, dropout: float = 0.4) -> None:
        super().__init__()
        self.first, self.second = nn.Linear(texts, width), nn.Linear(width, width)
        self.answers, self.dropout = nn.Linear(width, answers), nn.Dropout(dropout)

    def forward(self, asked: torch.Tensor) -> torch.Tensor:
        """Centred questions, float (n, texts) → logits (n, answers)."""
        hidden = self.dropout(functional.gelu(self.first(self.dropout(asked))))
        hidden = hidden + self.dropout(functional.gelu(self.second(hidden)))
        logits: torch.Tensor = self.answers(hidden)
        return logits


class Fused(nn.Module):
    """`W (A gelu(B T) ∘ C I)`: a bilinear form of low rank, nil for the mean picture.

    Kim et al.: Hadamard Product for Low-rank Bilinear Pooling, ICLR 2017, eq. 5, without a
    nonlinearity or a bias on the image's side.
    """

    def __init__(
        self, texts: int, pictures: int, answers: int, rank: int = 256, dropout: float = 0.3
    ) -> None:
        super().__init__()
        self.first, self.second = nn.Linear(texts, rank), nn.Linear(rank, rank)
        self.image = nn.Linear(pictures, rank, bias=False)
        self.answers = nn.Linear(rank, answers, bias=False)
        self.dropout = nn.Dropout(dropout)
        nn.init.normal_(self.answers.weight, std=0.02)

    def forward(self, asked: torch.Tensor, seen: torch.Tensor) -> torch.Tensor:
        """Centred questions (n, texts) and pictures (n, pictures) → logits (n, answers)."""
        question = self.second(self.dropout(functional.gelu(self.first(self.dropout(asked)))))
        product = question * self.image(self.dropout(seen))
        logits: torch.Tensor = self.answers(self.dropout(product))
        return logits


class Space(nn.Module):
    """Two linear maps into one space."""

    def __init__(self, texts: int, pictures: int, width: int = 256) -> None:
        super().__init__()
        self.image, self.text = nn.Linear(pictures, width), nn.Linear(texts, width)
        self.of_images, self.of_texts = nn.Dropout(0.3), nn.Dropout(0.2)
        self.scale = nn.Parameter(torch.tensor(2.6))
        """The logarithm of what cosines are multiplied by."""

    def images(self, seen: torch.Tensor) -> torch.Tensor:
        """Centred pictures → unit vectors (n, width)."""
        return functional.normalize(self.image(self.of_images(seen)), dim=1)

    def texts(self, said: torch.Tensor) -> torch.Tensor:
        """Centred texts → unit vectors (n, width)."""
        return functional.normalize(self.text(self.of_texts(said)), dim=1)


class Heads(nn.Module):
    """All of them, and the mean of the texts, which is taken off first."""

    def __init__(self, mean_text: torch.Tensor, pictures: int, answers: int) -> None:
        super().__init__()
        texts = len(mean_text)
        self.mean_text = nn.Buffer(mean_text)
        self.mean_image = nn.Buffer(torch.zeros(0))
        """In the space: the mean of what was learnt from."""
        self.prior = Prior(texts, answers)
        self.made_prior = Prior(texts, answers, 512)
        """Of the generated questions: what they give away without looking is not to be learnt by
        `fused` (Clark et al.: Don't Take the Easy Way Out, EMNLP 2019). It is not kept."""
        self.fused = Fused(texts, pictures, answers)
        self.space = Space(texts, pictures)

    def of_texts(self, vectors: torch.Tensor) -> torch.Tensor:
        """The text encoder's vectors → centred."""
        return (vectors - self.mean_text) * SPREAD_OF_TEXTS

    def of_pictures(self, vectors: torch.Tensor) -> torch.Tensor:
        """The image encoder's vectors → of order one."""
        return vectors * SPREAD_OF_PICTURES

    @torch.no_grad()
    def folded(self) -> dict[str, torch.Tensor]:
        """The weights for vectors as the encoders give them, by the names of the tools."""
        kept = {
            name: value.clone()
            for name, value in self.state_dict().items()
            if name.startswith(("prior.", "fused.", "space.")) and name != "space.scale"
        }
        for name in ("prior.first", "fused.first", "space.text"):
            weight = kept[f"{name}.weight"] = kept[f"{name}.weight"] * SPREAD_OF_TEXTS
            kept[f"{name}.bias"] = kept[f"{name}.bias"] - weight @ self.mean_text
        for name in ("fused.image", "space.image"):
            kept[f"{name}.weight"] = kept[f"{name}.weight"] * SPREAD_OF_PICTURES
        return kept
