"""Every training runs where `--device` says: what would break on a GPU breaks on `meta` as well.

A tensor that stayed on the CPU, a number read back in the middle of a step or an autocast for
another device cannot be mixed with tensors of the device `meta`, which have shapes and no values.
"""

from __future__ import annotations

import argparse

import numpy as np
import pytest
import torch

from evaluation.products import Products
from tools.networks import backbone
from tools.networks.fusion import fusion_functions
from tools.networks.fusion.answer_network import AnswerNetwork, AnswerShape
from tools.networks.torch_runtime import import_ultralytics
from tools.words.labels import CLASSES
from training.classifier import network
from training.classifier import train as classifier
from training.classifier.data import Pictures
from training.common import device, loop
from training.fusion import train as fusing
from training.fusion.data import Question
from training.fusion.drawing import Pairs, Step
from training.fusion.features import Features
from training.fusion.model import FusionModel, batch_of
from training.fusion.recipe import Recipe
from training.fusion.sides import FrozenSides

META = torch.device("meta")


def options(name: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    device.add_options(parser)
    return parser.parse_args(["--device", name])


@pytest.mark.parametrize("name", ["cpu", "meta", "cuda:1"])
def test_the_device_that_is_asked_for_is_taken(name: str) -> None:
    assert device.choose(options(name)) == torch.device(name)


def test_without_a_word_the_gpu_is_taken_where_there_is_one() -> None:
    expected = "cuda" if torch.cuda.is_available() else "cpu"
    assert device.choose(options("auto")).type == expected


def test_half_precision_is_the_devices_own() -> None:
    weight = torch.ones(2, 2)
    with device.half_precision(torch.device("cpu")):
        assert (weight @ weight).dtype == torch.bfloat16
    with device.half_precision(META):
        assert (weight.to(META) @ weight.to(META)).dtype == torch.float32
        assert (weight @ weight).dtype == torch.float32, "the CPU's is left alone"


def everything_of(optimizer: torch.optim.Optimizer) -> list[torch.Tensor]:
    """Parameters, gradients, and what the optimizer keeps of each."""
    found = [p for group in optimizer.param_groups for p in group["params"]]
    kept = [v for state in optimizer.state.values() for n, v in state.items() if n != "step"]
    return [*found, *(p.grad for p in found if p.grad is not None), *kept]


def test_a_step_of_the_classifier_stays_on_its_device() -> None:
    products = Products(("a", "b"), ("c",), (0, 0), ())
    pictures = Pictures(
        [torch.randint(0, 255, (32, 32, 3), dtype=torch.uint8).numpy() for _ in range(90)],
        torch.arange(90) % 3,
    )
    training = classifier.Training(
        backbone.network(num_classes=3), classifier.membership(products), META
    )
    for is_last in (False, True):
        inputs, targets = classifier.draw(pictures, 3, 32, 3, META, is_last=is_last)
        assert inputs.device == targets.device == META
        assert training.update(inputs, targets, seed=0, share=1.0).device == META
    assert {t.device for t in everything_of(training.optimizer)} == {META}
    assert {t.device for t in training.average.module.state_dict().values()} == {META}


def test_a_step_of_the_planner_stays_on_its_device() -> None:
    from training.planner.train import Recipe, Training

    class Tokenizer:
        """As much of one as a new network asks for."""

        def __len__(self) -> int:
            return 64

        def convert_tokens_to_ids(self, token: str) -> int:
            return len(token)

    training = Training(Recipe(size="tiny"), Tokenizer(), META)
    tokens = torch.randint(0, 64, (2, 16))
    assert training.update(tokens, tokens > 20, step=0).device == META
    optimizers: tuple[torch.optim.Optimizer, ...] = (training.muon, training.adamw)
    for optimizer in optimizers:
        assert {t.device for t in everything_of(optimizer)} == {META}


@pytest.mark.parametrize("fusion", list(fusion_functions))
def test_a_step_of_a_fusion_stays_on_its_device(fusion: str) -> None:
    images = Features({"hash of a": np.ones((3, 8), np.float16)}, 8)
    said = Features({"who?": np.ones((2, 6), np.float16), "why?": np.ones((4, 6), np.float16)}, 6)
    sides = FrozenSides({"a.png": "hash of a"}, images, said, META)
    shape = AnswerShape(fusion, 8, 6, answers=2, width=16)
    model = FusionModel(sides, AnswerNetwork(shape).to(META))
    training = fusing.Training(Recipe(fusion=fusion, width=16), model)
    asked = [Question("who?", {}, "a.png"), Question("why?", {})]
    pairs = Pairs(["a.png"], [False], ["who?"])
    step = Step(batch_of(asked), torch.tensor([[1.0, 0.0], [0.0, 0.5]]), pairs)
    losses = training.update(step, seed=0, share=1.0)
    assert {value.device for value in losses.values()} == {META}
    assert {t.device for t in everything_of(training.optimizer)} == {META}


def test_the_detectors_network_runs_on_any_device() -> None:
    """The loss itself reads numbers back, which `meta` has not: its tests are on the CPU."""
    made = import_ultralytics().YOLO("yolo26n.yaml").model.to(META)
    net = loop.averaged(made, 0.999).module.train()
    pictures = torch.zeros(2, 3, 64, 64, dtype=torch.uint8).to(META, torch.float32)
    with device.half_precision(META):
        heads = net(pictures)
    cells = sum((64 // stride) ** 2 for stride in (8, 16, 32))
    for head in heads.values():
        assert head["scores"].device == head["boxes"].device == META
        assert head["scores"].shape == (2, len(CLASSES), cells)
        assert head["boxes"].shape == (2, 4, cells)
    sum(head["scores"].sum() + head["boxes"].sum() for head in heads.values()).backward()
    assert {p.grad.device for p in net.parameters() if p.grad is not None} == {META}


def test_the_linear_classifier_is_fitted_where_the_features_are() -> None:
    inputs = torch.randn(20, 4, generator=torch.Generator().manual_seed(0))
    weight, bias = network.logistic(inputs.double(), torch.arange(20) % 2)
    assert weight.dtype == bias.dtype == torch.float64, "nothing is made with defaults"
