"""The detection loss with labels that may be wrong and labels that are not there.

Assignment and loss are ultralytics' (task-aligned learning: Feng et al., ICCV 2021; one-to-one
heads: Wang et al., YOLOv10, 2024). Ours is what a label is worth: a target is multiplied by the
share of such labels that is right, and a class is not background where somebody may have seen it,
nor where nobody looked.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import nn

from tools.networks.torch_runtime import import_ultralytics
from training.detector.data import UNKNOWN, WEIGHTS

import_ultralytics()

from ultralytics.utils.loss import v8DetectionLoss  # noqa: E402 - after its environment is set
from ultralytics.utils.tal import make_anchors  # noqa: E402


class SoftDetectionLoss:
    """Of both heads of a network: many anchors a thing, and one.

    Args:
        network: an ultralytics model whose `args` have the gains `box`, `cls` and `dfl`.
    """

    def __init__(self, network: nn.Module) -> None:
        self._heads = {
            "one2many": _HeadLoss(network, tal_topk=10),
            "one2one": _HeadLoss(network, tal_topk=7, tal_topk2=1),
        }

    def __call__(
        self, maps: dict[str, dict[str, Any]], batch: dict[str, Any]
    ) -> tuple[torch.Tensor, dict[str, torch.Tensor]]:
        """The loss, and the parts of the head that looks in use.

        Args:
            maps: what the network gives in training: `boxes` (n, 4, anchors), `scores` (n,
                classes, anchors) and `feats` of each head.
            batch: `batch_idx` (boxes,), `cls` (boxes, 1) as `data.coded`, `bboxes` (boxes, 4)
                cxcywh in [0, 1], `covered` (pictures, classes).
        """
        losses = {name: head.loss(maps[name], batch) for name, head in self._heads.items()}
        return sum(loss.sum() for loss, _ in losses.values()), losses["one2one"][1]  # type: ignore[return-value]


class _HeadLoss(v8DetectionLoss):  # type: ignore[misc]
    """Of one head."""

    def loss(
        self, preds: dict[str, Any], batch: dict[str, Any]
    ) -> tuple[torch.Tensor, dict[str, torch.Tensor]]:
        edges, logits = (preds[name].float().transpose(1, 2) for name in ("boxes", "scores"))
        points, strides = make_anchors(preds["feats"], self.stride, 0.5)
        points, strides = points.float(), strides.float()
        size = torch.tensor(preds["feats"][0].shape[2:], device=points.device) * self.stride[0]
        rows = [batch["batch_idx"].view(-1, 1), batch["cls"].view(-1, 1), batch["bboxes"]]
        targets = torch.cat(rows, 1).to(points.device)
        targets = self.preprocess(targets, len(logits), size[[1, 0, 1, 0]].float())
        codes, boxes = targets.split((1, 4), 2)
        labels, levels = codes.long() // len(WEIGHTS), codes.long() % len(WEIGHTS)
        is_label = boxes.sum(2, keepdim=True) > 0
        predicted = self.bbox_decode(points, edges)
        _, aims, scores, is_thing, which = self.assigner(
            logits.detach().sigmoid(),
            predicted.detach() * strides,
            points * strides,
            labels.float(),
            boxes,
            is_label & (levels < UNKNOWN),
        )
        if len(targets[0]):
            worth = logits.new_tensor(WEIGHTS)[levels[..., 0]].gather(1, which)
            scores = scores * worth[..., None]
        whole = scores.sum().clamp(min=1)
        unsure = is_label & (levels == UNKNOWN)
        counted = _counted(unsure, labels, boxes, points * strides, scores)
        counted = counted * batch["covered"].to(logits)[:, None]
        naming = (self.bce(logits, scores) * counted).sum() / whole
        overlap, edge = self.bbox_loss(
            edges, predicted, points, aims / strides, scores, whole, is_thing, size, strides
        )
        gains = logits.new_tensor([self.hyp.box, self.hyp.cls, self.hyp.dfl])
        loss = torch.stack([overlap, naming, edge]) * gains
        return loss, dict(zip(("box", "class", "edge"), loss.detach(), strict=True))


def _counted(
    unsure: torch.Tensor,
    labels: torch.Tensor,
    boxes: torch.Tensor,
    points: torch.Tensor,
    scores: torch.Tensor,
) -> torch.Tensor:
    """1 where an anchor's class counts, 0 inside a box that may or may not be one; as `scores`."""
    offsets = torch.cat([points - boxes[..., None, :2], boxes[..., None, 2:] - points], -1)
    inside = (offsets.amin(-1) > 0) & unsure  # pictures, labels, anchors
    hidden = torch.zeros_like(scores).transpose(1, 2).contiguous()
    hidden.scatter_add_(1, labels.expand(inside.shape), inside.to(scores))
    return ((hidden.transpose(1, 2) == 0) | (scores > 0)).to(scores)
