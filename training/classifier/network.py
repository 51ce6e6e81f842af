"""EfficientNet-Lite2 with ImageNet's weights, made ready to learn other classes.

First a linear classifier of its frozen features, then everything behind the first stages: a new
head with random weights would spoil the features before it has learnt to use them (LP-FT: Kumar
et al., ICLR 2022).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import nn
from torch.nn import functional

from tools.networks import backbone
from training.classifier.data import Pictures
from training.common.device import half_precision

MEAN = STD = (0.5, 0.5, 0.5)
"""Of pixels in [0, 1]: what the published weights were trained with."""
FROZEN = ("conv_stem", "bn1", "blocks.0", "blocks.1")
"""Edges and textures need no lessons, and cost the most: they run without gradients."""
FALL = 0.75
"""Each stage learns at this share of the rate of the one behind it."""
DROPPED = {"drop_rate": 0.25, "drop_path_rate": 0.1}
TOGETHER = 64


def start(outputs: int) -> nn.Module:
    """The network with the published features, and a head of zeros."""
    network: nn.Module = backbone.network(num_classes=outputs, **DROPPED)
    theirs = {
        name: value
        for name, value in backbone.published().items()
        if not name.startswith("classifier.")
    }
    network.load_state_dict(theirs, strict=False)
    head = network.get_submodule("classifier")
    assert isinstance(head, nn.Linear)
    nn.init.zeros_(head.weight)
    nn.init.zeros_(head.bias)
    return network.to(memory_format=torch.channels_last)  # type: ignore[call-overload,no-any-return]


def train_mode(network: nn.Module) -> None:
    """Train mode, but batch norms keep their statistics, and the first stages their weights."""
    network.train()
    for name, module in network.named_modules():
        if isinstance(module, nn.BatchNorm2d):
            module.eval()
        if name in FROZEN:
            module.eval().requires_grad_(requires_grad=False)


def groups(network: nn.Module, peak: float, head_peak: float) -> list[dict[str, Any]]:
    """The optimizer's groups: the earlier a stage, the more slowly it learns; biases do not decay.

    Args:
        network: in its `train_mode`.
        peak: the highest rate of the last stage.
        head_peak: that of the head.
    """
    stages = len(network.get_submodule("blocks"))  # type: ignore[arg-type]
    found: dict[tuple[float, bool], list[nn.Parameter]] = {}
    for name, parameter in network.named_parameters():
        if not parameter.requires_grad:
            continue
        room, _, rest = name.partition(".")
        depth = stages - 1 - int(rest.partition(".")[0]) if room == "blocks" else 0
        rate = head_peak if room == "classifier" else peak * FALL**depth
        found.setdefault((rate, parameter.ndim > 1), []).append(parameter)
    return [
        {"params": parameters, "lr": rate, "weight_decay": 0.05 if decays else 0.0}
        for (rate, decays), parameters in found.items()
    ]


def normalized(pictures: torch.Tensor) -> torch.Tensor:
    """Pixels in [0, 1], shape (n, 3, h, w) → what the network takes."""
    mean, std = (pictures.new_tensor(values).view(3, 1, 1) for values in (MEAN, STD))
    return ((pictures - mean) / std).contiguous(memory_format=torch.channels_last)


def fit_head(
    network: nn.Module, pictures: Pictures, chosen: torch.Tensor, where: torch.device
) -> None:
    """Put into the head the best linear classifier of the features as they are.

    Each class counts the same. The features are standardised for the fit, and the scale is folded
    into the weights. The network is left in eval mode.

    Args:
        network: what `start` gives, on the device.
        pictures: what it is to tell apart.
        chosen: the places of those it is fitted on.
        where: the device.
    """
    features = torch.cat(list(_features(network, pictures, chosen, where)))
    classes = pictures.classes[chosen].to(where)
    mean, spread = features.mean(0), features.std(0) + 0.05
    weight, bias = logistic((features - mean) / spread, classes)
    head = network.get_submodule("classifier")
    assert isinstance(head, nn.Linear)
    with torch.no_grad():
        head.weight.copy_(weight / spread)
        head.bias.copy_(bias - (weight / spread) @ mean)


def logistic(
    inputs: torch.Tensor, classes: torch.Tensor, decay: float = 3e-3, steps: int = 60
) -> tuple[torch.Tensor, torch.Tensor]:
    """Weights (classes, features) and biases of a softmax regression, each class of equal weight.

    Args:
        inputs: float32 (n, features).
        classes: int64 (n,).
        decay: half of it, times the weights' squares, is added to the loss.
        steps: of L-BFGS.
    """
    count = int(classes.max()) + 1
    weight = inputs.new_zeros(count, inputs.shape[1], requires_grad=True)
    bias = inputs.new_zeros(count, requires_grad=True)
    shares = len(classes) / count / torch.bincount(classes, minlength=count).clamp(min=1)
    solver = torch.optim.LBFGS([weight, bias], max_iter=steps, line_search_fn="strong_wolfe")

    def closure() -> float:
        solver.zero_grad()
        logits = functional.linear(inputs, weight, bias)
        loss = functional.cross_entropy(logits, classes, shares.to(inputs))
        loss = loss + decay / 2 * weight.square().sum()
        loss.backward()  # type: ignore[no-untyped-call]
        return float(loss.detach())

    solver.step(closure)  # type: ignore[no-untyped-call]
    return weight.detach(), bias.detach()


@torch.no_grad()
def _features(
    network: Any, pictures: Pictures, chosen: torch.Tensor, where: torch.device
) -> Iterator[torch.Tensor]:
    """Pooled features of the pictures as they are, float32 (n, channels) a batch."""
    network.eval()
    for places in torch.split(chosen, TOGETHER):
        inputs = normalized(pictures.pixels(places).to(where).float() / 255)
        with half_precision(where):
            maps = network.forward_features(inputs)
            yield network.forward_head(maps, pre_logits=True).float()
