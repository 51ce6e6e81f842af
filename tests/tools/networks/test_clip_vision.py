"""CLIP's image encoder: only the published file is read; with it, what holds of its vectors."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.fakes.small_networks import red_thing
from tools.errors import ToolUnavailableError
from tools.networks.clip_vision import DIMENSIONS, ClipVision, published_file

PICTURES = [red_thing(), np.zeros((300, 20, 3), np.uint8)]


def test_another_file_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "clip_encoder.int8.onnx"
    file.write_bytes(b"another one's network")
    with pytest.raises(ToolUnavailableError, match="not the published file"):
        ClipVision(file).vectors(PICTURES)


def test_a_package_that_is_not_there_has_no_file() -> None:
    assert published_file("no_such_package") is None
    assert published_file("json") is None, "a package without the weights"


def test_company_changes_no_vector() -> None:
    file = published_file()
    if file is None:
        pytest.skip("the package with CLIP's image encoder is not installed")
    encoder = ClipVision(file)
    together = encoder.vectors(PICTURES)
    assert together.shape == (2, DIMENSIONS)
    np.testing.assert_allclose(np.linalg.norm(together, axis=1), 1, atol=1e-5)
    alone = encoder.vectors(PICTURES[1:])
    assert float(together[1] @ alone[0]) > 0.98, "eight bits: the scale is the batch's"
    assert float(together[0] @ together[1]) < 0.95
    assert encoder.vectors([]).shape == (0, DIMENSIONS)
