"""The detection loss: what raises a class, what lowers it, and what says nothing."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
import torch

from training.detector.data import UNKNOWN, WEIGHTS
from training.detector.loss import SoftDetectionLoss

CLASSES, SIDE, STRIDES = 3, 64, (8, 16, 32)
CELLS = [(SIDE // stride) ** 2 for stride in STRIDES]
GAINS = SimpleNamespace(box=1.0, cls=1.0, dfl=1.0)


def loss() -> SoftDetectionLoss:
    """That of a network without weights to speak of: it asks for no more than its head's shape."""
    network = torch.nn.Module()
    network.some = torch.nn.Parameter(torch.zeros(1))
    head = torch.nn.Module()
    head.stride, head.nc, head.reg_max = torch.tensor(STRIDES, dtype=torch.float32), CLASSES, 1  # type: ignore[assignment]
    network.model, network.args = torch.nn.ModuleList([head]), GAINS  # type: ignore[assignment]
    return SoftDetectionLoss(network)


def middles() -> torch.Tensor:
    """Of all cells, in pixels, (84, 2)."""
    found = []
    for stride in STRIDES:
        along = (torch.arange(SIDE // stride) + 0.5) * stride
        y, x = torch.meshgrid(along, along, indexing="ij")
        found.append(torch.stack([x, y], -1).view(-1, 2))
    return torch.cat(found)


def maps_of(logits: torch.Tensor, edges: torch.Tensor) -> dict[str, dict[str, Any]]:
    """The maps of both heads, which are the same: logits (classes, cells), edges (4, cells)."""
    feats = [torch.zeros(1, 1, SIDE // s, SIDE // s) for s in STRIDES]
    head = {"scores": logits[None], "boxes": edges[None], "feats": feats}
    return {"one2many": head, "one2one": head}


def everywhere(logit: float = -2.0) -> tuple[torch.Tensor, torch.Tensor]:
    """No class, and edges two cells off, wherever one looks."""
    return torch.full((CLASSES, sum(CELLS)), logit), torch.full((4, sum(CELLS)), 2.0)


def batch_of(*things: tuple[int, int], covered: tuple[float, ...] = (1.0,) * CLASSES) -> Any:
    """Things of (class, level) in the middle of one picture, 32 x 32 pixels."""
    code = [[number * len(WEIGHTS) + level] for number, level in things]
    return {
        "batch_idx": torch.zeros(len(things)),
        "cls": torch.tensor(code, dtype=torch.float32).view(-1, 1),
        "bboxes": torch.tensor([[0.5, 0.5, 0.5, 0.5]] * len(things)).view(-1, 4),
        "covered": torch.tensor([covered]),
    }


def gradient(batch: Any, logit: float = -2.0) -> torch.Tensor:
    """Of the loss by the class logits of the finest map, (classes, 8, 8)."""
    logits, edges = everywhere(logit)
    logits.requires_grad_()
    loss()(maps_of(logits, edges), batch)[0].backward()  # type: ignore[no-untyped-call]
    assert logits.grad is not None
    return logits.grad[:, : CELLS[0]].view(CLASSES, 8, 8)


def test_things_are_raised_and_background_is_lowered() -> None:
    found = gradient(batch_of((1, 0)))
    assert found[1, 2:6, 2:6].min() < 0, "the loss falls where the class rises"
    assert found[1, 0].min() > 0
    assert found[0].min() > 0


def test_what_the_teacher_is_unsure_of_is_neither_thing_nor_background() -> None:
    found = gradient(batch_of((1, UNKNOWN)))
    assert found[1, 2:6, 2:6].abs().sum() == 0, "inside the box, of that class"
    assert found[1, 0].min() > 0, "outside it is background"
    assert found[0, 2:6, 2:6].min() > 0, "and it is no other class"


def test_an_unsure_box_does_not_hide_a_thing_that_is_known() -> None:
    alone, beside = gradient(batch_of((1, 0))), gradient(batch_of((1, 0), (1, UNKNOWN)))
    raised = alone[1] < 0
    assert raised.any()
    assert (beside[1][raised] <= alone[1][raised]).all()


def target_of(batch: Any) -> float:
    """What the best cell of the finest map is taught for class 1, from the gradient of the entropy.

    It is (sigmoid - target) times a factor that all cells share; a cell of class 0 has target 0.
    """
    found = gradient(batch)
    background = float(found[0].mean())
    return float(torch.tensor(-2.0).sigmoid() * (1 - found[1].min() / background))


@pytest.mark.parametrize("level", range(1, UNKNOWN))
def test_a_label_counts_by_its_weight(level: int) -> None:
    sure = target_of(batch_of((1, 0)))
    assert sure > 0.1
    assert target_of(batch_of((1, level))) == pytest.approx(WEIGHTS[level] * sure, rel=1e-3)


def test_right_maps_cost_less_than_wrong_ones() -> None:
    def perfect(
        number: int, box_xyxy: tuple[float, float, float, float]
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """One cell alone says this class, all of them the box's edges."""
        low, high = torch.tensor(box_xyxy[:2]), torch.tensor(box_xyxy[2:])
        at = middles()
        strides = torch.cat([torch.full((n, 1), s) for n, s in zip(CELLS, STRIDES, strict=True)])
        edges = torch.cat([at - low, high - at], 1) / strides
        logits = torch.full((CLASSES, sum(CELLS)), -12.0)
        inside = ((at > low) & (at < high)).all(1)
        logits[number, inside] = 12.0
        return logits, edges.T

    def cost(maps: tuple[torch.Tensor, torch.Tensor]) -> tuple[float, dict[str, torch.Tensor]]:
        whole, said = loss()(maps_of(*maps), batch_of((1, 0)))
        return float(whole), said

    right, parts_right = cost(perfect(1, (16, 16, 48, 48)))
    assert parts_right["box"] < 0.01
    assert parts_right["edge"] < 0.001
    beside, parts_beside = cost(perfect(1, (20, 20, 60, 60)))
    assert right < beside, "another box"
    assert parts_right["edge"] < parts_beside["edge"]
    assert right < cost(perfect(2, (16, 16, 48, 48)))[0], "another class"
    assert parts_right["box"] < 0.5 * cost(everywhere())[1]["box"], "nothing"


def test_classes_that_nobody_looked_for_get_no_gradient() -> None:
    found = gradient(batch_of((1, 0), covered=(1.0, 1.0, 0.0)))
    assert found[2].abs().sum() == 0
    assert found[0].abs().sum() > 0
    assert found[1].abs().sum() > 0


def test_a_picture_without_labels_is_background() -> None:
    assert gradient(batch_of()).min() > 0
