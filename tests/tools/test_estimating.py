"""The two tools that estimate, with encoders that need no weights."""

from __future__ import annotations

import asyncio
from typing import Any

import numpy as np
import pytest

from tests.fakes.encoders import ColourSpace, ScriptedAnswerer
from tools import Finding, PictureStore, Region, ToolError, VisionTool
from tools.answer_by_fusion import make_tool as answering_tool
from tools.base import BatchedTool
from tools.execution.cache import ResultCache
from tools.execution.local import LocalRunner
from tools.match_text import MOST_CANDIDATES
from tools.match_text import make_tool as matching_tool
from tools.pictures.store import Picture
from tools.toolset import ToolConfig, load_toolset

HALVES = np.zeros((40, 80, 3), np.uint8)
HALVES[:, :40], HALVES[:, 40:] = (255, 0, 0), (0, 0, 255)
PICTURE = PictureStore().add(HALVES)
LEFT = Region(picture=PICTURE.ref, box_xyxy=(0, 0, 40, 40))
RIGHT = Region(picture=PICTURE.ref, box_xyxy=(40, 0, 80, 40))
GUESSES = {
    "What is the man doing?": [("surfing", 0.7), ("swimming", 0.2), ("2", 0.05), ("no", 0.01)],
    "How many dogs are there?": [("2", 0.4)],
}


def match(picture: Picture, candidates: list[str], region: Region | None = None) -> list[Finding]:
    report = matching_tool(ColourSpace()).run(picture=picture, candidates=candidates, region=region)
    return list(report.findings)


def test_the_best_candidate_is_found_and_what_does_not_fit_is_none() -> None:
    found = match(PICTURE, ["a blue square", "a red square", "绿色的方块"], LEFT)
    assert [(f.label, f.status) for f in found] == [
        ("a red square", "found"),
        ("a blue square", "none"),
        ("绿色的方块", "none"),
    ]
    assert all(f.kind == "estimate" and f.box_xyxy == LEFT.box_xyxy for f in found)
    assert all(f.score > 0.9 for f in found)  # of what is none: that it does not fit


def test_none_of_these() -> None:
    found = match(PICTURE, ["a green square", "a yellow one"], RIGHT)
    assert {f.status for f in found} == {"none"}


def test_of_two_that_fit_only_one_is_found() -> None:
    found = match(PICTURE, ["something red", "a red square"], LEFT)
    assert sorted(f.status for f in found) == ["found", "unsure"]


@pytest.mark.parametrize(("threshold", "status"), [(None, "found"), (1.0, "unsure")])
def test_the_space_has_a_bar_of_its_own(threshold: float | None, status: str) -> None:
    tool = matching_tool(ColourSpace(), threshold)
    report = tool.run(picture=PICTURE, candidates=["red"], region=LEFT)
    assert report.findings[0].status == status


@pytest.mark.parametrize("candidates", [[], ["", " "], [str(n) for n in range(200)]])
def test_candidates_are_few_and_some(candidates: list[str]) -> None:
    with pytest.raises(ToolError, match=f"between 1 and {MOST_CANDIDATES}"):
        match(PICTURE, candidates)


def test_an_answer_has_the_question_as_its_label() -> None:
    tool = answering_tool(ScriptedAnswerer(GUESSES))
    found = tool.run(picture=PICTURE, question="What is the man doing?", region=LEFT).findings
    assert [(f.value, f.value_type, f.status) for f in found] == [
        ("surfing", "text", "found"),
        ("swimming", "text", "unsure"),
        (2, "number", "unsure"),
    ]
    assert {f.label for f in found} == {"What is the man doing?"}
    assert all(f.kind == "estimate" and f.box_xyxy == LEFT.box_xyxy for f in found)


def test_below_the_bar_the_best_guess_is_unsure() -> None:
    tool = answering_tool(ScriptedAnswerer(GUESSES))
    (guess,) = tool.run(picture=PICTURE, question="How many dogs are there?").findings
    assert (guess.value, guess.status) == (2, "unsure")
    sure = answering_tool(ScriptedAnswerer(GUESSES), threshold=0.3)
    assert sure.run(picture=PICTURE, question="How many dogs are there?").findings[0].value == 2


def test_a_question_that_has_no_answer_is_a_failed_call() -> None:
    with pytest.raises(ToolError, match="in other words"):
        answering_tool(ScriptedAnswerer()).run(picture=PICTURE, question="Why?")
    with pytest.raises(ToolError, match="ask a question"):
        answering_tool(ScriptedAnswerer()).run(picture=PICTURE, question=" ")


def test_calls_that_come_together_are_encoded_together() -> None:
    space = ColourSpace()
    tool = matching_tool(space)
    assert isinstance(tool, BatchedTool)
    calls: list[dict[str, Any]] = [
        {"picture": PICTURE, "candidates": ["red"], "region": LEFT},
        {"picture": PICTURE, "candidates": [], "region": RIGHT},
        {"picture": PICTURE, "candidates": ["red", "blue"], "region": RIGHT},
    ]
    red, wrong, blue = tool.run_batch(calls)
    assert space.seen == 3
    assert isinstance(wrong, ToolError)
    assert not isinstance(red, Exception)
    assert not isinstance(blue, Exception)
    assert (red.findings[0].label, blue.findings[0].label) == ("red", "blue")


@pytest.mark.parametrize(
    "tool", [matching_tool(ColourSpace()), answering_tool(ScriptedAnswerer(GUESSES))]
)
def test_a_planner_reads_that_it_estimates(tool: VisionTool) -> None:
    assert "estimate" in tool.description.casefold()
    assert tool.takes_region


def test_another_bar_is_another_result() -> None:
    async def look(threshold: float) -> str:
        runner = LocalRunner([matching_tool(ColourSpace(), threshold)], cache)
        runner.know(PICTURE)
        arguments = {"candidates": ["red"]}
        report, _ = await runner.call("match_text", arguments, picture=PICTURE.ref, region=LEFT)
        runner.close()
        return report.findings[0].status

    cache = ResultCache()
    assert [asyncio.run(look(bar)) for bar in (0.5, 1.0)] == ["found", "unsure"]


@pytest.mark.parametrize("name", ["match_text", "answer_by_fusion"])
def test_without_weights_they_are_missing_and_say_what_to_do(name: str) -> None:
    config = ToolConfig(offer=[name], fusion="no-such-model")
    (missing,) = load_toolset(config).missing
    assert missing.what == name
    assert "put the file there" in missing.what_to_do
