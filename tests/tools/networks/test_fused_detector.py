"""Our own networks on random weights: real loading, real running."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.errors import ToolUnavailableError
from tools.networks.detectors import Box, open_detector
from tools.networks.fused_detector import STRIDE, canvas, fit

NAMES = ["dog", "cat", "bird"]
NOISE = np.random.default_rng(0).integers(0, 256, (90, 120, 3), dtype=np.uint8)


@pytest.fixture(scope="module")
def fused(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from tools.networks.torch_runtime import prepare

    prepare()
    import torch
    from safetensors.torch import save_file

    from tools.networks.detector import NanoDetG

    torch.manual_seed(0)
    state: dict[str, Any] = {}
    for name in ("one", "other"):
        made = NanoDetG(len(NAMES))
        for module in made.modules():
            if isinstance(module, torch.nn.Conv2d):
                torch.nn.init.kaiming_normal_(module.weight)
        state |= {f"{name}.{key}": value.contiguous() for key, value in made.state_dict().items()}
    networks = [{"name": "one", "side": 128}, {"name": "other", "side": 96}]
    about = {"networks": json.dumps(networks), "names": json.dumps(NAMES)}
    file = tmp_path_factory.mktemp("fused") / "detector.safetensors"
    save_file(state, file, about)
    return file


def same(boxes: list[Box], others: list[Box]) -> bool:
    return [b[0] for b in boxes] == [b[0] for b in others] and all(
        a[1] == pytest.approx(b[1], abs=1e-3) and a[2] == pytest.approx(b[2], abs=0.1)
        for a, b in zip(boxes, others, strict=True)
    )


def test_both_runtimes_see_the_same(fused: Path) -> None:
    looks = [(NOISE, NAMES), (NOISE[:40, :40], ["cat"])]
    ours = open_detector(fused, "cpu", "openvino").detect_many(looks, 0.2)
    torchs = open_detector(fused, "cpu", "torch").detect_many(looks, 0.2)
    assert ours[0]
    assert ours[1]
    assert all(map(same, ours, torchs))


def test_looks_of_any_sizes_see_together_what_they_see_alone(fused: Path) -> None:
    detector = open_detector(fused, "cpu", "torch")
    looks = [
        (NOISE, NAMES), (NOISE[:70, :91], NAMES), (NOISE[:80, :30], ["dog"]), (NOISE[:7], ["cat"]),
        (NOISE[:60, :60], NAMES),
    ]  # fmt: skip
    together = detector.detect_many(looks, 0.3)
    assert all(map(same, together, [detector.detect(*look, 0.3) for look in looks]))
    assert not same(together[0], together[1])


def test_boxes_lie_in_the_picture_best_first(fused: Path) -> None:
    boxes = open_detector(fused, "cpu", "torch").detect(NOISE, [], 0.1)
    assert boxes
    assert [b[1] for b in boxes] == sorted((b[1] for b in boxes), reverse=True)
    for _, score, (left, top, right, bottom) in boxes:
        assert 0.1 <= score <= 1
        assert 0 <= left < right <= NOISE.shape[1]
        assert 0 <= top < bottom <= NOISE.shape[0]


def test_only_what_was_asked_for(fused: Path) -> None:
    detector = open_detector(fused, "cpu", "torch")
    assert {label for label, _, _ in detector.detect(NOISE, ["cat"], 0.1)} == {"cat"}
    assert detector.labels() == NAMES
    assert detector.side == 128


def test_pictures_of_mixed_sizes_are_one_batch(fused: Path, monkeypatch: Any) -> None:
    detector = open_detector(fused, "cpu", "torch")
    runs: list[int] = []
    real = detector._loaded()  # type: ignore[attr-defined]
    spied = [lambda pixels, run=run: runs.append(len(pixels)) or run(pixels) for run in real]
    monkeypatch.setattr(detector, "_runs", spied)
    detector.detect_many([(NOISE, []), (NOISE[:70], []), (NOISE[:60, :100], [])], 0.3)
    assert runs == [3, 3]


@pytest.mark.parametrize(
    "damage", [b"nothing", b"", None], ids=["no safetensors", "empty", "not described"]
)
def test_a_file_that_is_none_says_so(tmp_path: Path, damage: bytes | None) -> None:
    from safetensors.numpy import save_file

    file = tmp_path / "detector.safetensors"
    if damage is None:
        save_file({"a": np.zeros(1)}, file)
    else:
        file.write_bytes(damage)
    with pytest.raises(ToolUnavailableError, match="cannot be loaded"):
        open_detector(file).labels()


@given(st.integers(1, 4000), st.integers(1, 4000), st.sampled_from([96, 320, 352, 416]))
def test_a_picture_fits_its_canvas(height: int, width: int, side: int) -> None:
    shape = canvas((height, width, 3), side)
    assert shape[0] % STRIDE == shape[1] % STRIDE == 0
    assert max(shape) <= side
    scale = side / max(height, width)
    assert round(height * scale) <= shape[0]
    assert round(width * scale) <= shape[1]


def test_a_fitted_picture_is_scaled_and_padded() -> None:
    pixels = np.full((50, 100, 3), (10, 20, 30), np.uint8)
    board, scale = fit(pixels, (96, 128))
    assert scale == pytest.approx(1.28)
    assert board.shape == (3, 96, 128)
    assert pytest.approx(np.tile([10, 20, 30], (64 * 128, 1))) == board[:, :64].reshape(3, -1).T
    assert (board[:, 64:] == 114).all()
