"""The classifier's recipe: what it starts from, what it learns, how it is calibrated."""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torch.nn import functional

from evaluation.products import read_products
from tests.fakes.labelled import photographs, products
from tests.fakes.power_cuts import interrupted
from tools.networks import backbone
from tools.networks.classifier import Classifier, ClassifierConfig
from training.classifier import finish, network
from training.classifier import train as classifier
from training.classifier.data import kept_others, training_pictures
from training.detector.data import is_validation

FINE, COARSE_OF = ["Gala", "Fuji", "Oat-Milk"], ["Apple", "Apple", "Milk"]
PERSON, BANANA = 0, 46


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("data")
    things = [(BANANA if n % 4 == 0 else PERSON, 0.5, 0.5, 0.6, 0.6) for n in range(40)]
    photographs(root / "photos", [[thing] for thing in things])
    products(root / "grocery", FINE, COARSE_OF, each=16)
    return root


def test_it_learns_from_products_and_from_photographs_without_any(data: Path) -> None:
    pictures = training_pictures(data, side=48)
    counts = torch.bincount(pictures.classes)
    files = [data / "photos" / "images" / f"{n:03}.png" for n in range(40) if n % 4]
    kept = [file for file in files if is_validation(file)]
    assert counts[:3].tolist() == [16, 16, 16]
    assert counts[3] == 2 * (len(files) - len(kept)), "the photograph, and the thing in it"
    assert len(kept_others(data, 48)) == 2 * len(kept) > 0
    assert pictures.pixels(torch.tensor([0, 50])).shape == (2, 3, 48, 48)


def test_the_clean_picture_of_a_product_is_learnt_too(data: Path, tmp_path: Path) -> None:
    root = tmp_path / "data"
    photographs(root / "photos", [[(PERSON, 0.5, 0.5, 0.6, 0.6)]] * 12)
    products(root / "grocery", FINE, COARSE_OF, each=2)
    (root / "grocery" / "iconic").mkdir()
    source = data / "grocery" / "images" / "train_1_0.png"
    (root / "grocery" / "iconic" / "Fuji_Iconic.jpg").write_bytes(source.read_bytes())
    assert torch.bincount(training_pictures(root).classes)[:3].tolist() == [2, 3, 2]


def test_pictures_of_other_things_are_thinned_and_products_are_not(data: Path) -> None:
    pictures = training_pictures(data, side=32)
    chosen = pictures.thinned(3, most=10)
    counts = torch.bincount(pictures.classes[chosen])
    assert counts[:3].tolist() == [16, 16, 16]
    assert 5 <= counts[3] <= 10


def test_the_coarse_loss_sees_the_sum_of_the_fine(data: Path) -> None:
    belongs = classifier.membership(read_products(data / "grocery", "train"))
    assert belongs.tolist() == [[1, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]]
    targets = torch.tensor([[1.0, 0, 0, 0]])
    torn = torch.tensor([[4.0, 4.0, 0, 0]])
    elsewhere = torch.tensor([[4.0, 0, 4.0, 0]])
    assert classifier.loss_of(torn, targets, belongs, 0.1) < classifier.loss_of(
        elsewhere, targets, belongs, 0.1
    )


def test_smoothed_labels_keep_the_network_modest() -> None:
    belongs, targets = torch.eye(3), torch.tensor([[1.0, 0, 0]])
    sure, modest = torch.tensor([[12.0, 0, 0]]), torch.tensor([[4.0, 0, 0]])
    smooth, plain = (
        [float(classifier.loss_of(logits, targets, belongs, s)) for logits in (sure, modest)]
        for s in (0.1, 0.0)
    )
    assert smooth[0] > smooth[1]
    assert plain[0] < plain[1]


def test_it_starts_with_the_published_features() -> None:
    net = network.start(4)
    published = backbone.published()
    state = net.state_dict()
    assert torch.equal(state["blocks.6.0.conv_pwl.weight"], published["blocks.6.0.conv_pwl.weight"])
    assert state["classifier.weight"].shape == (4, backbone.CHANNELS)
    assert not state["classifier.weight"].any()


def test_the_first_stages_are_frozen_and_the_rest_learns_the_faster_the_later() -> None:
    net = network.start(4)
    network.train_mode(net)
    groups = network.groups(net, peak=1.0, head_peak=2.0)
    rate = {id(p): group["lr"] for group in groups for p in group["params"]}
    named = dict(net.named_parameters())
    assert id(named["conv_stem.weight"]) not in rate
    assert id(named["blocks.1.0.conv_pw.weight"]) not in rate
    order = ["blocks.2.0.conv_pw", "blocks.5.0.conv_pw", "blocks.6.0.conv_pw", "classifier"]
    rates = [rate[id(named[f"{name}.weight"])] for name in order]
    assert rates == pytest.approx([network.FALL**4, network.FALL, 1.0, 2.0])
    decays = {p.ndim > 1: group["weight_decay"] for group in groups for p in group["params"]}
    assert decays[True] > 0 == decays[False]
    assert not any(m.training for m in net.modules() if isinstance(m, torch.nn.BatchNorm2d))


def test_a_linear_classifier_counts_classes_alike() -> None:
    """Of 95 and 5 that cannot be told apart, neither is said to be likelier."""
    classes = torch.tensor([0] * 95 + [1] * 5)
    weight, bias = network.logistic(torch.zeros(100, 3), classes)
    assert functional.softmax(bias, 0).tolist() == pytest.approx([0.5, 0.5], abs=1e-3)
    assert not weight.any()
    apart = torch.eye(2)[classes]
    weight, bias = network.logistic(apart, classes)
    assert torch.equal((apart @ weight.T + bias).argmax(1), classes)


def test_temperature_and_bar() -> None:
    generator = torch.Generator().manual_seed(0)
    classes = torch.randint(0, 5, (2000,), generator=generator)
    logits = functional.one_hot(classes, 5) * 2.0
    logits = logits + torch.randn(2000, 5, generator=generator)
    right = finish.temperature(logits, classes)
    assert finish.temperature(logits * 2, classes) == pytest.approx(2 * right, abs=0.03)
    found = finish.best_bar(np.array([0.6, 0.7, 0.9]), np.array([0.1, 0.5]))
    assert found == pytest.approx(0.6)


def test_each_half_is_measured_with_the_calibration_of_the_other(
    data: Path, tmp_path: Path
) -> None:
    """One half would have a low temperature, the other a high one; neither sees its own."""
    kept = read_products(data / "grocery", "val")
    fine = np.array([p.fine for p in kept.products])
    said = torch.from_numpy(fine).clone()
    said[1::2] = (said[1::2] + torch.arange(len(said[1::2])) % 3) % 3  # right in one of three
    logits = functional.one_hot(said, 4) * 3.0
    (tmp_path / "labels.json").write_text(json.dumps(FINE))
    config = ClassifierConfig(
        architecture="timm:x", input_size=8, coarse_of=tuple(COARSE_OF), has_other=True
    )
    pictures = finish.Kept(kept, fine, logits, torch.zeros(10, 4))
    figures = finish.cross_fitted(config, pictures, 0.5, tmp_path)
    known, guessed = logits[0::2], logits[1::2]
    hot = finish.temperature(guessed, torch.from_numpy(fine[1::2]))
    cold = finish.temperature(known, torch.from_numpy(fine[0::2]))
    assert cold < 0.5 < 2.5 < hot
    sure, unsure = (
        float((row / t).softmax(0).max()) for row, t in ((logits[0], hot), (logits[1], cold))
    )
    expected = (1 - sure) / 2 + abs(unsure - float((said[1::2].numpy() == fine[1::2]).mean())) / 2
    assert figures.ece == pytest.approx(expected, abs=0.01)


@pytest.mark.slow
def test_it_learns_resumes_bit_for_bit_and_loads(data: Path, tmp_path: Path) -> None:
    def options(name: str) -> argparse.Namespace:
        return argparse.Namespace(
            data=data, work=tmp_path / name, out=tmp_path / f"{name}_out", stages="32:60,48:60", last_stages="48:10",
            device="cpu", threads=1,
        )  # fmt: skip

    whole: list[str] = []
    classifier.train(options("whole"), whole.append)
    starts = []

    def start(arguments: argparse.Namespace, log: Callable[[str], None]) -> None:
        starts.append(arguments)
        classifier.train(arguments, log)

    pieces = interrupted(start, options("pieces"), stops=2)
    assert len(starts) > 2, "cut off more than once"
    assert [line.split(" loss")[0] for line in pieces] == [line.split(" loss")[0] for line in whole]
    for file in ("model.safetensors", "config.json", "labels.json", "MODEL_CARD.md"):
        one, other = ((tmp_path / f"{n}_out" / file).read_bytes() for n in ("whole", "pieces"))
        assert one == other, file
    losses = [float(x) for line in whole for x in re.findall(r"loss ([\d.]+)", line)]
    assert losses[-1] < 0.8 * losses[0]
    built = Classifier(tmp_path / "whole_out", "cpu")
    kept = read_products(data / "grocery", "val").products
    pixels = [np.asarray(Image.open(p.file).convert("RGB")) for p in kept]
    right = [g.fine[0][1] == FINE[p.fine] for g, p in zip(built.guesses(pixels), kept, strict=True)]
    assert np.mean(right) > 0.8
    card = (tmp_path / "whole_out" / "MODEL_CARD.md").read_text(encoding="utf-8")
    assert backbone.SHA256 in card
    assert "Apache-2.0" in card
