"""Grad-CAM: which cells of a network's last feature map push its score up."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tools.explain.subjects import Differentiable
from tools.networks.encoders import Rgb


def grad_cam(subject: Differentiable, pixels: Rgb) -> NDArray[np.float32]:
    """The map, shape (rows, columns), from 0 on; all 0 where nothing speaks for the score.

    The channels, weighted by their mean gradients, summed up and cut off at 0 (Selvaraju et al.,
    ICCV 2017, equations 1 and 2).
    """
    import torch
    from captum.attr import LayerGradCam

    device = next(subject.network.parameters()).device
    batch = torch.from_numpy(subject.inputs(pixels))[None].to(device)
    explainer = LayerGradCam(subject.network, subject.layer)
    heat = explainer.attribute(batch, relu_attributions=True)
    return np.asarray(heat[0, 0].detach().cpu().numpy(), np.float32)


def of_classes(network: Any, outputs: list[int], inputs: Any) -> Differentiable:
    """How a classifier (a torch module, pictures → logits) can be looked into for some outputs.

    The score is their log-probability together: what speaks for other classes counts against.
    """
    import torch

    class Classes(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.network = network

        def forward(self, batch: torch.Tensor) -> torch.Tensor:
            logits: torch.Tensor = self.network(batch).log_softmax(1)
            return logits[:, outputs].logsumexp(1)

    return Differentiable(Classes().eval(), last_feature_map(network, inputs), inputs)


@lru_cache(maxsize=2)
def last_feature_map(network: Any, inputs: Any) -> Any:
    """The module of a convolutional network that is the last to give (n, channels, rows, columns).

    Raises:
        ValueError: there is none.
    """
    import torch

    found: list[Any] = []

    def keep(module: Any, _inputs: Any, output: Any) -> None:
        if isinstance(output, torch.Tensor) and output.ndim == 4 and min(output.shape[2:]) > 1:
            found.append(module)

    hooks = [module.register_forward_hook(keep) for module in network.modules()]
    try:
        device = next(network.parameters()).device
        example = inputs(np.zeros((64, 64, 3), np.uint8))
        with torch.no_grad():
            network(torch.from_numpy(example)[None].to(device))
    finally:
        for hook in hooks:
            hook.remove()
    if not found:
        raise ValueError("the network has no feature map with places")
    return found[-1]
