"""The pointing game, with a tool whose attention the test directs."""

from __future__ import annotations

import json
from math import isnan
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from agent.cli import app
from evaluation.boxes import read_folder
from evaluation.pointing import chosen, evaluate
from tests.fakes.labelled import photographs
from tools import Picture, ToolReport, vision_tool
from tools.base import VisionTool
from tools.errors import InputError
from tools.explain.explanation import Request
from tools.explain.subjects import Subject

PERSON, BICYCLE, CAR = 0, 1, 2
ROWS = [
    [(PERSON, 0.2, 0.2, 0.2, 0.2), (CAR, 0.8, 0.8, 0.2, 0.2)],
    [(PERSON, 0.5, 0.5, 0.5, 0.5), (PERSON, 0.1, 0.1, 0.1, 0.1), (BICYCLE, 0.9, 0.1, 0.1, 0.1)],
    [],
]


def looking_at(row: int, column: int) -> VisionTool:
    """A tool that looks at one of 8 x 8 cells, whatever it is asked; bicycles it does not know."""

    @vision_tool
    def stare(picture: Picture) -> ToolReport:
        """Stare."""
        return ToolReport()

    def attention(_pixels: Any) -> Any:
        weights = np.zeros((8, 8), np.float32)
        weights[row, column] = 1
        return weights

    def explains(evidence: Any, _arguments: Any) -> Subject | None:
        if evidence.label == "bicycle":
            return None
        return Subject(evidence.label, lambda p: np.ones(len(p)), attention=attention)

    return VisionTool(**(vars(stare) | {"explains": explains}))


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    return photographs(tmp_path / "photos", ROWS)


@pytest.mark.parametrize(
    ("cell", "person", "car"),
    [((1, 1), 1.0, 0.0), ((6, 6), 0.5, 1.0), ((4, 4), 0.5, 1.0), ((1, 6), 0.5, 0.0)],
    ids=["the person", "the car", "beside the car", "beside a person"],
)
def test_hits_are_in_a_box_or_beside_it(photos, cell, person, car):
    figures = evaluate(looking_at(*cell), [read_folder(photos)], Request("attention"))
    rows = {row.label: row for row in figures.classes}
    assert (rows["person"].pictures, rows["car"].pictures) == (2, 1)
    assert (rows["person"].hits, rows["car"].hits) == (person, car)
    assert figures.hits == pytest.approx((2 * person + car) / 3)
    assert figures.hits_by_class == pytest.approx((person + car) / 2)
    assert rows["person"].centre == 1, "15 pixels beside the small one"
    assert figures.unknown == ("bicycle",)


def test_a_sample_is_the_same_each_time(photos):
    folder = read_folder(photos)
    files = [
        [p.file for p in chosen([folder], limit, seed)[0].photographs]
        for limit, seed in ((2, 0), (2, 0), (9, 0))
    ]
    assert files[0] == files[1]
    assert len(files[0]) == 2
    assert files[2] == [p.file for p in folder.photographs]


def test_nothing_known_has_no_figures(tmp_path):
    folder = read_folder(photographs(tmp_path, [[(BICYCLE, 0.5, 0.5, 0.2, 0.2)]]))
    figures = evaluate(looking_at(0, 0), [folder], Request("attention"))
    assert figures.pictures == 0
    assert isnan(figures.hits)


def test_the_command_with_real_networks(photos):
    words = ["eval", "explanations", "--data", str(photos), "--tool", "classify_image"]
    done = CliRunner().invoke(app, [*words, "--json"])
    assert done.exit_code == 0, done.output
    figures = json.loads(done.stdout)
    assert figures["method"] == "gradcam"
    assert [row["label"] for row in figures["classes"]] == ["bicycle", "car"]
    assert figures["unknown"] == ["person"]
    table = CliRunner().invoke(app, words)
    assert "mean of the classes" in table.stdout
    refused = CliRunner().invoke(app, [*words, "--method", "attention"])
    assert refused.exit_code == 2
    assert "lime, shap, gradcam" in refused.stderr
    nothing = CliRunner().invoke(app, [*words[:-1], "read_text"])
    assert nothing.exit_code == 2
    assert "classify_image" in nothing.stderr


def test_a_method_that_does_not_work(photos):
    with pytest.raises(InputError, match="lime, shap, attention"):
        evaluate(looking_at(0, 0), [read_folder(photos)], Request("gradcam"))
