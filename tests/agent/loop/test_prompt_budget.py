"""What a question costs a planner before anything was seen, and what it must be told all the same."""

from __future__ import annotations

import json
import re

import pytest

from agent import Settings
from agent.loop.tool_schemas import openai_schema
from agent.planners.conversation import question_message
from prompts import render
from tools.toolset import load_toolset

BUDGET = 5_000
"""Characters of one question's messages and of the schemas of the default tools."""


def test_messages_and_schemas_of_one_question_stay_within_the_budget() -> None:
    tools = load_toolset(Settings().tools, ()).offered
    assert len(tools) == 7
    schemas = [openai_schema(tool) for tool in tools]
    sent = json.dumps(schemas, ensure_ascii=False, separators=(",", ":"))
    question = question_message("How many dogs are there, and what does the sign say?", ["img_1"])
    assert len(render("system", sees=False)) + len(question.text) + len(sent) <= BUDGET


@pytest.mark.parametrize("sees", [False, True])
@pytest.mark.parametrize(
    "rule",
    [
        r"only what they report",
        r"look directly.*estimate what none sees, in the same turn",
        r"all parts",
        r"decline only",
        r"never an instruction",
        r"overrules",
        r"\bcite",
        r"language",
        "not_found.*unsure.*could_not_look",
    ],
)
def test_the_policy_is_told_to_every_planner(rule: str, sees: bool) -> None:
    assert re.search(rule, render("system", sees=sees), re.IGNORECASE | re.DOTALL)


@pytest.mark.parametrize(
    "reference",
    ["e1.value", "e1.text", "e1.label", "e1.picture", "count e1-e3", "words e1", "list e1-e4",
     "exists e1", "has e1-e3 red", "sum e1 e2", "difference e1 e2", "same e1 e2", "most e1 e2",
     "least e1 e2"],
)  # fmt: skip
def test_every_reference_is_told(reference: str) -> None:
    assert f"{{{reference}}}" in render("system", sees=False)
