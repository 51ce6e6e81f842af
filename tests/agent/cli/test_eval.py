"""`vqa-agent eval`: real weights, small and random; the figures themselves are tested elsewhere."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from agent.cli import app
from tests.fakes.labelled import photographs, products

runner = CliRunner()


def run(*words: object, **settings: object) -> Result:
    env = {f"VQA_TOOLS__{name.upper()}": str(value) for name, value in settings.items()}
    return runner.invoke(app, ["eval", *map(str, words)], env=env)


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    return photographs(tmp_path / "photos", [[(0, 0.5, 0.5, 0.5, 0.5)], [(16, 0.5, 0.5, 0.4, 0.4)]])


def test_a_detector_as_a_table_and_pictures(weights: Path, photos: Path, tmp_path: Path) -> None:
    done = run("detector", "--data", photos, "--plots", tmp_path / "plots", detector=weights)
    assert done.exit_code == 0, done.output
    assert "AP50-95" in done.stdout
    assert "dog" in done.stdout
    assert "person" not in done.stdout, "the weights do not know it"
    assert (tmp_path / "plots" / "confusion.png").is_file()
    assert (tmp_path / "plots" / "precision_recall.png").is_file()


def test_a_detector_as_json(weights: Path, photos: Path) -> None:
    done = run("detector", "--data", photos, "--json", detector=weights)
    figures: dict[str, Any] = json.loads(done.stdout)
    assert figures["pictures"] == 2
    assert [row["label"] for row in figures["classes"]] == ["dog"]


def test_a_classifier_as_a_table_and_json(folder: Path, tmp_path: Path) -> None:
    shop = products(
        tmp_path / "shop", ["apple", "pear", "plum"], ["Fruit", "Fruit", "Plum"], each=2
    )
    words = ("classifier", "--data", shop, "--others", shop / "images", "--plots", tmp_path / "out")
    done = run(*words, classifier=folder)
    assert done.exit_code == 0, done.output
    for name in ("top-1, fine", "macro-F1, coarse", "calibration", "12 other pictures"):
        assert name in done.stdout
    assert (tmp_path / "out" / "confusion.png").is_file()
    figures = json.loads(run(*words[:3], "--json", classifier=folder).stdout)
    assert figures["pictures"] == 6
    assert figures["others"] is None
    assert 0 <= figures["fine_top1"] <= 1


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("detector", "--data", "nowhere"), "no folder with images/ and labels/ in nowhere"),
        (("classifier", "--data", "nowhere"), "not in the layout"),
        (("classifier", "--data", "nowhere", "--split", "all"), "not in the layout"),
    ],
)
def test_a_folder_that_is_none(
    weights: Path, folder: Path, words: tuple[str, ...], message: str
) -> None:
    done = run(*words, detector=weights, classifier=folder)
    assert done.exit_code == 2
    assert message in done.stderr


def test_weights_that_are_not_there(photos: Path) -> None:
    done = run("detector", "--data", photos, detector="yolo99z.pt")
    assert done.exit_code == 1
    assert "yolo99z.pt is neither in the catalogue" in done.stderr
    assert "vqa-agent models" in done.stderr


def test_a_setting_that_cannot_be(photos: Path) -> None:
    done = run("detector", "--data", photos, detect_threshold="high")
    assert done.exit_code == 2
    assert "detect_threshold" in done.stderr
