"""Losses as modules: of two spaces that are to meet, and of answers that people disagree about."""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional


class ClipLoss(nn.Module):
    """Each image finds its text among those of the batch, and each text its image.

    The symmetric cross-entropy of Radford et al.: Learning Transferable Visual Models From Natural
    Language Supervision, ICML 2021, figure 3.
    """

    def forward(
        self, image_features: torch.Tensor, text_features: torch.Tensor, logit_scale: torch.Tensor
    ) -> torch.Tensor:
        """The mean loss.

        Args:
            image_features: float (n, d), unit length.
            text_features: float (n, d), unit length; row i belongs to image i and to no other.
            logit_scale: what cosines are multiplied by.
        """
        logits = logit_scale * image_features @ text_features.T
        own = torch.arange(len(logits), device=logits.device)
        there, back = functional.cross_entropy(logits, own), functional.cross_entropy(logits.T, own)
        return (there + back) / 2


class SigLipLoss(nn.Module):
    """Each pair by itself: do they belong together? It needs no large batch.

    Zhai et al.: Sigmoid Loss for Language Image Pre-Training, ICCV 2023, algorithm 1; the bias, at
    first -10, stands for how rare pairs are.
    """

    def __init__(self) -> None:
        super().__init__()
        self.bias = nn.Parameter(torch.tensor(-10.0))

    def forward(
        self, image_features: torch.Tensor, text_features: torch.Tensor, logit_scale: torch.Tensor
    ) -> torch.Tensor:
        """The mean loss of an image; arguments are those of `ClipLoss`."""
        logits = logit_scale * image_features @ text_features.T + self.bias
        signs = 2 * torch.eye(len(logits), device=logits.device) - 1
        return -functional.logsigmoid(signs * logits).sum(1).mean()


class TeacherLoss(nn.Module):
    """`1 - cos(W I, teacher)`: the images' vectors hold what a teacher's vectors hold.

    Args:
        width: dimensions of an image's vector.
        teacher_width: of the teacher's.
    """

    def __init__(self, width: int, teacher_width: int) -> None:
        super().__init__()
        self.onto_teacher = nn.Linear(width, teacher_width, bias=False)

    def forward(self, image_features: torch.Tensor, teacher: torch.Tensor) -> torch.Tensor:
        """The mean loss of float (n, width) and float (n, teacher_width)."""
        return 1 - functional.cosine_similarity(self.onto_teacher(image_features), teacher).mean()


class SoftAnswerLoss(nn.Module):
    """Cross-entropy with the shares of people that gave each answer.

    Shares of answers outside the vocabulary are left out: a question whose answers are all outside
    teaches nothing.
    """

    def forward(self, logits: torch.Tensor, shares: torch.Tensor) -> torch.Tensor:
        """The mean loss; both (n, answers), the shares of a row sum to at most 1."""
        return -(shares * logits.log_softmax(1)).sum(1).mean()


contrastive_losses: dict[str, type[nn.Module]] = {"clip": ClipLoss, "siglip": SigLipLoss}
"""By the name that the command line calls them."""
