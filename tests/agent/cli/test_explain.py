"""`vqa-agent explain`: a scripted planner, small real tools, and what people get to see."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner, Result

from agent import Settings, VisualAgent
from agent.cli import app
from agent.testing import ScriptedPlanner, answering, calling
from tests.fakes.encoders import ColourSpace
from tests.fakes.small_networks import RED, red_thing
from tools import Finding, Picture, Region, ToolReport, vision_tool
from tools.base import VisionTool
from tools.explain.subjects import of_text
from tools.toolset import ToolConfig

SPACE = ColourSpace()


def see_colours() -> VisionTool:
    def see_colour(picture: Picture, colour: str, region: Region | None = None) -> ToolReport:
        """See how much of a colour there is."""
        pixels = picture.crop(region)
        (score,) = SPACE.probabilities(SPACE.images([pixels]), SPACE.texts([colour]))[0].tolist()
        found = Finding(
            picture=picture.ref, label=colour, score=score, box_xyxy=region and region.box_xyxy
        )
        return ToolReport(summary=f"see_colour {picture.ref.id}", findings=(found,))

    tool = vision_tool(see_colour)
    explains = lambda evidence, _arguments: of_text(SPACE, evidence.label)  # noqa: E731
    return VisionTool(**(vars(tool) | {"explains": explains}))


@vision_tool
def measure_width(picture: Picture) -> ToolReport:
    """Measure the width."""
    width = picture.ref.width
    found = Finding(picture=picture.ref, label="width", value=width, value_type="number", score=1.0)
    return ToolReport(summary=f"measure_width {picture.ref.id}", findings=(found,))


BOTH = calling(
    ("see_colour", {"picture": "img_1", "colour": "red", "region": None}),
    ("measure_width", {"picture": "img_1"}),
)
SAID = answering("There is {e1.label} [e1]. The width is {e2.value} [e2].", "{e2.value}")
ASKED = "What is the width?"


@pytest.fixture
def photo(tmp_path: Path) -> str:
    path = tmp_path / "photo.png"
    Image.fromarray(red_thing()).save(path)
    return str(path)


def explain(responses: list[Any], *words: object) -> Result:
    def agent(_options: object) -> VisualAgent:
        settings = Settings(tools=ToolConfig(offer=[]), max_repairs=0)
        planner = ScriptedPlanner(responses=responses)
        return VisualAgent(settings, planner, [see_colours(), measure_width])

    return CliRunner(env={"COLUMNS": "110"}).invoke(app, ["explain", *map(str, words)], obj=agent)


def data(done: Result) -> dict[str, Any]:
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def test_what_each_look_contributed_and_the_answer_without_it(photo):
    width_only = answering("The width is {e1.value} [e1].", "{e1.value}")
    cannot = answering("", abstain="could_not_look")
    done = explain([BOTH, SAID, BOTH, width_only, BOTH, cannot], photo, ASKED, "--json")
    found = data(done)
    assert found["short_answer"] == "128"
    colour, width = found["looks"]
    assert (colour["tool"], colour["cited"], colour["matters"]) == ("see_colour", ["e1"], False)
    assert colour["without"]["short_answer"] == "128"
    assert (width["tool"], width["evidence"], width["matters"]) == ("measure_width", ["e2"], True)
    assert width["without"] == {
        "answer": width["without"]["answer"], "short_answer": "", "abstained": True,
        "reason": "could_not_look",
    }  # fmt: skip
    assert [e["id"] for e in found["evidence"]] == ["e1", "e2"]


def test_a_refused_look_reads_as_failed_and_no_other_look_is_taken_again(photo):
    cannot = answering("", abstain="could_not_look")
    looked = SPACE.seen
    done = explain([BOTH, SAID, BOTH, cannot, BOTH, cannot], photo, ASKED)
    assert done.exit_code == 0
    assert SPACE.seen == looked + 1
    assert 'see_colour(picture="img_1", colour="red")' in done.stdout
    assert "no answer (could_not_look)" in done.stdout


def test_the_heat_is_on_the_thing_in_json_and_in_the_overlay(photo, tmp_path):
    out = tmp_path / "why.png"
    done = explain(
        [BOTH, SAID], photo, ASKED, "--method", "lime", "--regions", "grid", "--samples", 150,
        "--faithfulness", "--json", "--out", out,
    )  # fmt: skip
    found = data(done)
    assert found["explained"] == {
        "evidence": "e1", "tool": "see_colour", "picture": "img_1", "what": "red",
    }  # fmt: skip
    assert 0 <= found["baseline_score"] <= 1
    best = found["regions"][0]
    left, top, right, bottom = best["box_xyxy"]
    assert RED[0] <= (left + right) / 2 <= RED[2]
    assert RED[1] <= (top + bottom) / 2 <= RED[3]
    assert best["score"] > found["regions"][-1]["score"]
    faithful = found["faithfulness"]
    assert faithful["deletion_auc"] < faithful["random_deletion_auc"]
    assert out.name in done.stderr
    with Image.open(out) as image:
        pixels = np.asarray(image.convert("RGB")).astype(int)
    assert pixels.shape[1] == 640
    assert pixels.shape[0] > 480, "legend and caption stand below"
    redness = (pixels[:480, :, 0] - pixels[:480, :, 1]).astype(float)
    x, y = 5 * (RED[0] + RED[2]) // 2, 5 * (RED[1] + RED[3]) // 2
    assert redness[y, x] > 100 > redness[440, 60]


def test_a_region_that_was_looked_at_is_what_is_explained(photo):
    again = calling(("see_colour", {"picture": "img_1", "colour": "red", "region": "e1"}))
    inside = {"picture": "img_1", "thing": "red"}

    @vision_tool
    def find_red(picture: Picture, thing: str) -> ToolReport:
        """Find it."""
        found = Finding(picture=picture.ref, label=thing, score=1, box_xyxy=(50, 10, 100, 60))
        return ToolReport(summary="find_red", findings=(found,))

    said = answering("There is {e2.label} [e2].", "{e2.label}")

    def agent(_options: object) -> VisualAgent:
        planner = ScriptedPlanner(responses=[calling(("find_red", inside)), again, said])
        settings = Settings(tools=ToolConfig(offer=[]), max_repairs=0)
        return VisualAgent(settings, planner, [see_colours(), find_red])

    words = ["explain", photo, "What is there?", "--method", "shap", "--samples", "100", "--json"]
    found = data(CliRunner().invoke(app, words, obj=agent))
    boxes = np.array([region["box_xyxy"] for region in found["regions"]])
    assert boxes[:, :2].min(0).tolist() == [50, 10]
    assert boxes[:, 2:].max(0).tolist() == [100, 60]


def test_a_table_in_the_language_of_the_question(photo, tmp_path):
    said = answering("有{e1.label} [e1]。", "{e1.label}")
    out = tmp_path / "why.png"
    done = explain(
        [BOTH, said], photo, "图里有什么?", "--method", "shap", "--samples", 60, "--out", out
    )
    assert done.exit_code == 0, done.output
    assert "为什么得" in done.stdout
    assert "+0." in done.stdout
    assert out.is_file()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--method", "gradcam"], "it can be explained by lime, shap"),
        (["--method", "attention"], "it can be explained by lime, shap"),
        (["--method", "lime", "--evidence", "e2"], "--method evidence explains every answer"),
        (["--method", "lime", "--evidence", "e9"], "of this answer there is e1, e2"),
        (["--out", "why.txt"], "must end in .png"),
    ],
)
def test_what_cannot_be_explained_so_is_said_with_what_can(photo, words, message):
    done = explain([BOTH, SAID], photo, ASKED, *words)
    assert done.exit_code == 2
    assert message in done.stderr


def test_an_abstention_is_explained_too(photo):
    cannot = answering("", abstain="could_not_look")
    done = explain([cannot], photo, ASKED)
    assert done.exit_code == 3
    assert "Cannot tell" in done.stdout
