"""What the built-in fused model computes from a picture on, as torch modules to look into.

For explanations only: the numbers themselves are `tools.networks.shared_space`'s and
`tools.networks.fused_answers`', which a test holds against these. The built-in image encoder is
looked into, also where CLIP's gives the scores: CLIP's is an export without gradients, and the
built-in one was taught to see as it does.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tools.explain.gradcam import last_feature_map
from tools.explain.subjects import Differentiable
from tools.networks.encoders import Rgb
from tools.networks.pixel_network import PixelNetwork

Floats = NDArray[np.float32]
Weights = Mapping[str, Floats]


def of_text(encoder: PixelNetwork, weights: Weights, text: Floats) -> Differentiable:
    """How much better a text (its vector in the space) fits than it fits the mean picture."""
    return _looked_into(encoder, _fit(weights, text))


def of_answer(
    encoder: PixelNetwork,
    weights: Weights,
    form: tuple[Floats, float],
    text: Floats,
    strength: float,
) -> Differentiable:
    """The logit of an answer, less what the question alone says.

    Args:
        encoder: the image encoder.
        weights: the other weights.
        form: the answer's row of the bilinear form, times the question's vector, and its strength.
        text: the vector of "question answer" in the space.
        strength: what the space weighs.
    """
    import torch

    row, weight = form
    linear = torch.nn.functional.linear
    image = [_tensor(weights[name]) for name in _named(weights, "fused.image")]
    fit, by_question = _fit(weights, text), _tensor(row)

    def logit(seen: torch.Tensor) -> torch.Tensor:
        out: torch.Tensor = weight * (linear(seen, *image) @ by_question) + strength * fit(seen)
        return out

    return _looked_into(encoder, logit)


def attention(
    encoder: PixelNetwork, weights: Weights, text: Floats, slope: float, picture: Rgb
) -> Floats:
    """How much a text attends to each cell of a picture: softmax of how well each alone fits it.

    Dot-product attention, `softmax(s I T)` (Luong et al.: Effective Approaches to Attention-based
    Neural Machine Translation, EMNLP 2015), over the cells of the image encoder's last feature map.

    Args:
        encoder: the image encoder.
        weights: the other weights.
        text: its vector in the space.
        slope: what fits are multiplied by.
        picture: uint8 (height, width, 3).

    Returns:
        float32 (rows, columns), which sums to 1.
    """
    import torch

    network = encoder.module()
    device = next(network.parameters()).device
    with torch.inference_mode():
        batch = torch.from_numpy(encoder.inputs.of(picture))[None].to(device)
        cells = network.forward_features(batch)[0]
        vectors = network.classifier(cells.flatten(1).T).cpu()
        fits = _fit(weights, text)(torch.nn.functional.normalize(vectors, dim=1))
        found: Floats = (slope * fits).softmax(0).view(cells.shape[1:]).numpy()
    return found


def _fit(weights: Weights, text: Floats) -> Callable[[Any], Any]:
    import torch

    functional = torch.nn.functional
    projection = [_tensor(weights[name]) for name in _named(weights, "space.image")]
    mean, vector = _tensor(weights["space.mean"]), _tensor(text)

    def fit(seen: torch.Tensor) -> torch.Tensor:
        images = functional.normalize(functional.linear(seen, *projection), dim=1)
        out: torch.Tensor = (images - mean) @ vector
        return out

    return fit


def _looked_into(encoder: PixelNetwork, score: Callable[[Any], Any]) -> Differentiable:
    import torch

    network = encoder.module()

    class Scored(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.network = network

        def forward(self, batch: torch.Tensor) -> torch.Tensor:
            seen = torch.nn.functional.normalize(self.network(batch).cpu(), dim=1)
            out: torch.Tensor = score(seen)
            return out

    layer = last_feature_map(network, encoder.inputs.of)
    return Differentiable(Scored().eval(), layer, encoder.inputs.of)


def _named(weights: Weights, name: str) -> list[str]:
    return [n for n in (f"{name}.weight", f"{name}.bias") if n in weights]


def _tensor(array: Floats) -> Any:
    import torch

    return torch.from_numpy(np.ascontiguousarray(array))
