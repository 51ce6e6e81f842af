"""The detection loss with labels that may be wrong and labels that are not there.

Assignment, box loss and distribution loss are ultralytics' (task-aligned learning: Feng et al.,
ICCV 2021). Ours is what a label is worth: a target is multiplied by the share of such labels that
is right, and a class is not background where somebody may have seen it, nor where nobody looked.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch.nn import functional

from tools.networks.detector import BINS, STRIDES, distances, middles
from tools.networks.torch_runtime import import_ultralytics
from training.detector.data import UNKNOWN, WEIGHTS

import_ultralytics()

from ultralytics.utils.loss import BboxLoss  # noqa: E402 - after its environment is set
from ultralytics.utils.ops import xywh2xyxy  # noqa: E402
from ultralytics.utils.tal import TaskAlignedAssigner, dist2bbox  # noqa: E402

GAINS = {"box": 2.0, "class": 1.0, "edge": 0.25}
"""NanoDet's weights of the three parts."""


class SoftDetectionLoss:
    """The loss of the three maps of a network on a batch."""

    def __init__(self, classes: int) -> None:
        self.classes = classes
        self._assigner = TaskAlignedAssigner(
            topk=10, num_classes=classes, alpha=0.5, beta=6.0, stride=list(STRIDES)
        )
        self._boxes = BboxLoss(BINS)

    def __call__(
        self, maps: Sequence[torch.Tensor], batch: dict[str, Any]
    ) -> tuple[torch.Tensor, dict[str, float]]:
        """The loss, and its parts.

        Args:
            maps: what `tools.networks.detector` gives, float32.
            batch: `batch_idx` (boxes,), `cls` (boxes, 1) as `data.coded`, `bboxes` (boxes, 4)
                cxcywh in [0, 1], `covered` (pictures, classes).
        """
        flat = torch.cat([level.flatten(2) for level in maps], 2).transpose(1, 2)
        logits, edges = flat[..., : self.classes], flat[..., self.classes :]
        points = torch.cat([middles(m, s) for m, s in zip(maps, STRIDES, strict=True)])
        strides = torch.cat(
            [points.new_full((m[0, 0].numel(), 1), s) for m, s in zip(maps, STRIDES, strict=True)]
        )
        size = points.new_tensor([maps[0].shape[3], maps[0].shape[2]]) * STRIDES[0]
        levels, labels, boxes = _padded(batch, len(flat), size)
        known = (levels >= 0) & (levels < UNKNOWN)
        predicted = dist2bbox(distances(edges), points / strides, xywh=False)
        _, targets, scores, is_thing, which = self._assigner(
            logits.detach().sigmoid(),
            predicted.detach() * strides,
            points,
            labels[..., None].float(),
            boxes,
            known[..., None],
        )
        worth = logits.new_tensor(WEIGHTS)[levels.clamp(min=0)].gather(1, which)
        scores = scores * worth[..., None]
        whole = scores.sum().clamp(min=1)
        counted = _counted(levels, labels, boxes, points, scores)
        counted = counted * batch["covered"].to(logits)[:, None]
        naming = (_quality_focal(logits, scores) * counted).sum()
        overlap, edge = self._boxes(
            edges, predicted, points / strides, targets / strides, scores, whole, is_thing,
            size.flip(0), strides,
        )  # fmt: skip
        parts = {"box": overlap, "class": naming / whole, "edge": edge}
        loss = sum((GAINS[name] * part for name, part in parts.items()), logits.new_zeros(()))
        return loss, {name: float(part.detach()) for name, part in parts.items()}


def _quality_focal(logits: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
    """Cross-entropy times the squared error of the score (Generalized Focal Loss: Li et al., 2020).

    The pretrained weights learnt with it. Plain cross-entropy presses every score of a class that
    is not there further down, and so unlearns the classes that our photographs hardly show.
    """
    entropy = functional.binary_cross_entropy_with_logits(logits, targets, reduction="none")
    return (targets - logits.sigmoid()).square() * entropy


def _padded(
    batch: dict[str, Any], pictures: int, size_wh: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Levels (-1: no label) and classes (pictures, most), boxes_xyxy in pixels (…, 4)."""
    owner = batch["batch_idx"].long().view(-1).to(size_wh.device)
    code = batch["cls"].long().view(-1).to(size_wh.device)
    rows = torch.cat([(owner == at).nonzero().view(-1) for at in range(pictures)])
    counts = torch.bincount(owner, minlength=pictures)
    most = max(1, int(counts.max()) if len(owner) else 1)
    starts = counts.cumsum(0) - counts
    place = torch.arange(len(owner), device=size_wh.device) - starts[owner[rows]]
    levels = code.new_full((pictures, most), -1)
    labels, boxes = torch.zeros_like(levels), size_wh.new_zeros(pictures, most, 4)
    corners = xywh2xyxy(batch["bboxes"].to(size_wh) * size_wh.repeat(2))
    levels[owner[rows], place] = code[rows] % len(WEIGHTS)
    labels[owner[rows], place] = code[rows] // len(WEIGHTS)
    boxes[owner[rows], place] = corners[rows]
    return levels, labels, boxes


def _counted(
    levels: torch.Tensor,
    labels: torch.Tensor,
    boxes: torch.Tensor,
    points: torch.Tensor,
    scores: torch.Tensor,
) -> torch.Tensor:
    """1 where an anchor's class counts, 0 inside a box that may or may not be one; as `scores`."""
    counted = torch.ones_like(scores)
    for picture, number in (levels == UNKNOWN).nonzero().tolist():
        left, top, right, bottom = boxes[picture, number]
        x, y = points.T
        inside = (x > left) & (x < right) & (y > top) & (y < bottom)
        label = labels[picture, number]
        counted[picture, inside & (scores[picture, :, label] == 0), label] = 0
    return counted
