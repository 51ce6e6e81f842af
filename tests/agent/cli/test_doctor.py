"""`vqa-agent doctor` and `vqa-agent tools`: what can run here, said truly."""

from __future__ import annotations

import json
from typing import Annotated, Literal

import pytest
from pydantic import Field

from agent.cli.doctor import check_installation, check_vllm
from agent.cli.listing import type_of
from agent.errors import PlannerError
from tools.base import vision_tool
from tools.evidence import Region, ToolReport
from tools.pictures.store import Picture
from tools.weights.find import Missing


@vision_tool(version="7")
def find_things(
    picture: Picture,
    labels: list[Literal["dog", "cat"]],
    top_k: Annotated[int, Field(ge=1, le=10)],
    region: Region | None = None,
) -> ToolReport:
    """Find things.

    Args:
        labels: What to look for.
    """
    return ToolReport()


MISSING = Missing("classify_image", "has no weights", "make train-classifier")


def test_all_is_well(command):
    command.offered = [find_things]
    result = command("doctor", "--json")
    assert result.exit_code == 0, result.output
    report = json.loads(result.stdout)
    assert report["answers"] is True
    checks = {check["name"]: check for check in report["checks"]}
    assert checks["find_things"]["status"] == "ok"
    assert checks["torch"]["found"][0].isdigit()
    assert "The total is 39.10" in checks["builtin"]["found"]
    assert "weights on numpy" in checks["builtin"]["found"]
    assert checks["vLLM"]["status"] != "failed", "it is only needed to serve a model"


def test_a_missing_tool_is_a_gap_with_its_fix(command):
    command.offered, command.missing = [find_things], [MISSING]
    result = command("doctor")
    assert result.exit_code == 0
    assert "– " in result.stdout
    assert "has no weights" in result.stdout
    assert "→ make train-classifier" in result.stdout
    assert "Questions can be answered." in result.stdout


def test_without_any_tool_nothing_can_be_answered(command):
    result = command("doctor")
    assert result.exit_code == 1
    assert "cannot be answered" in result.stdout


def test_a_tool_that_hangs_is_said(command):
    command.offered = [find_things]
    command.troubles = {"find_things": "did not answer in time 3 times in a row"}
    result = command("doctor", "--json")
    assert result.exit_code == 1, "it was the only one"
    (check,) = [c for c in json.loads(result.stdout)["checks"] if c["name"] == "find_things"]
    assert check["status"] == "failed"
    assert "3 times in a row" in check["found"]
    assert check["fix"]


def test_the_order_is_that_of_the_parts(command):
    command.offered = [find_things]
    parts = [check["part"] for check in json.loads(command("doctor", "--json").stdout)["checks"]]
    assert list(dict.fromkeys(parts)) == ["installed", "tools", "planner"]


def test_a_planner_that_fails_is_said(command):
    command.offered = [find_things]
    command.script["What is the total?"] = PlannerError("the weights are gone; make train-planner")
    result = command("doctor", "--json")
    assert result.exit_code == 1
    last = json.loads(result.stdout)["checks"][-1]
    assert (last["part"], last["status"]) == ("planner", "failed")
    assert "make train-planner" in last["found"]


def test_each_gap_says_what_to_do():
    for check in (*check_installation(), check_vllm()):
        assert check.status == "ok" or check.fix


def test_tools_are_shown_as_the_planner_sees_them(command):
    command.offered, command.missing = [find_things], [MISSING]
    result = command("tools")
    assert result.exit_code == 0, result.output
    assert "Find things." in result.stdout
    assert "list of dog | cat  What to look for." in result.stdout
    assert "string or null" in result.stdout
    assert "classify_image: has no weights" in result.stderr


def test_tools_as_json_are_the_strict_schemas(command):
    command.offered = [find_things]
    (tool,) = json.loads(command("tools", "--json").stdout)
    parameters = tool["function"]["parameters"]
    assert tool["function"]["strict"] is True
    assert parameters["required"] == ["picture", "labels", "top_k", "region"]
    assert parameters["additionalProperties"] is False


@pytest.mark.parametrize(
    ("schema", "text"),
    [
        ({"type": "string"}, "string"),
        ({"anyOf": [{"type": "string"}, {"type": "null"}]}, "string or null"),
        ({"type": "array", "items": {"enum": ["a", "b"]}}, "list of a | b"),
        ({"type": "integer", "minimum": 1, "maximum": 10}, "integer 1..10"),
        ({}, "anything"),
    ],
)
def test_types_in_a_few_words(schema, text):
    assert type_of(schema) == text


def test_long_lists_of_labels_are_cut():
    text = type_of({"enum": [f"thing {n}" for n in range(80)]})
    assert text.endswith("| … (80)")
