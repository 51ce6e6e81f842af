"""Questions about photographs for the built-in planner: what is seen and estimated is given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from agent import Answer, Settings, VisualAgent
from agent.planners.builtin import in_code
from agent.planners.builtin.chat_model import BuiltinChatModel
from agent.planners.conversation import question_message
from tests.fakes.detectors import FixedDetector
from tests.fakes.encoders import ColourSpace, ScriptedAnswerer
from tests.fakes.scripted_looks import Seen
from tools import VisionTool
from tools.answer_by_fusion import make_tool as answering
from tools.detect_objects import make_tool as detecting
from tools.match_text import make_tool as matching
from tools.toolset import ToolConfig
from tools.weights.sidefiles import Bars
from tools.words.labels import CLASSES

RED = np.zeros((120, 160, 3), np.uint8)
RED[:, :, 0] = 255
ANSWER, MATCH, DETECT, READ, CLASSIFY, COLOURS = (
    "answer_by_fusion", "match_text", "detect_objects", "read_text", "classify_image",
    "describe_colors",
)  # fmt: skip
OTHERS = [READ, CLASSIFY, COLOURS, "read_codes"]
Table = Mapping[str, Sequence[tuple[str, float]]]


def ask(
    planner: BuiltinChatModel,
    question: str,
    answers: Table | None = None,
    sees: Sequence[Any] = (),
    tools: Sequence[VisionTool] | None = None,
    lines: Sequence[str] | None = None,
) -> Answer:
    """The answer, with a detector that sees this, a fused model that answers that, and, where they
    are given, these lines as all that is written."""
    estimating = [matching(ColourSpace()), answering(ScriptedAnswerer(answers or {}))]
    detector = detecting(
        FixedDetector(Path(__file__), list(sees)), list(CLASSES), Bars(missed=0.05)
    )
    own = [CLASSIFY, COLOURS] if lines is not None else [READ, CLASSIFY, COLOURS]
    settings = Settings(tools=ToolConfig(offer=own))
    offered = [*estimating] if tools is None else [*tools]
    if lines is not None:
        offered += Seen(lines=lines).tools(READ)
    with VisualAgent(settings, planner=planner, tools=[detector, *offered]) as agent:
        return agent.ask(RED, question)


def calls(answer: Answer) -> list[str]:
    return [call.name for call in answer.tool_calls]


def first_looks(question: str) -> list[tuple[str, Any]]:
    """The tools that code would call first, and their labels or query; none where it has no plan.

    What it leaves to the weights is asked of the plan itself: that is what says what came of it.
    """
    names = [DETECT, *OTHERS, MATCH, ANSWER]
    labels = {"items": {"enum": [*CLASSES, "animal", "vehicle", "fruit", "food"]}}
    properties = {"labels": labels, "kinds": {}, "query": {}, "region": {}}
    tools = [
        {"type": "function", "function": {"name": n, "parameters": {"properties": properties}}}
        for n in names
    ]
    asked = [question_message(question, ["img_1"])]
    turn, _ = in_code.planned(asked, tools)
    left = (plan.next_turn(asked, tools) for plan in in_code.LEFT_TO_THE_WEIGHTS)
    turn = turn or next(filter(None, left), None)
    calls = turn.calls if turn is not None else ()
    return [(name, more.get("labels", more.get("query"))) for name, more in calls]


def first_look(question: str) -> str | None:
    """The tool that code calls first; None where the weights plan."""
    return next((name for name, _ in first_looks(question)), None)
