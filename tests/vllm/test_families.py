"""Each row of the table of families, held against the vLLM that is installed."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from langchain_core.messages import HumanMessage

from agent.loop.tool_schemas import answer_form, tool_schema
from agent.planners.builtin.chat_model import packaged_weights
from agent.planners.server.chat_model import ServerChatModel
from agent.planners.server.families import FAMILIES, Family
from agent.serving.command import find_vllm
from tests.agent.test_visual_agent import measure_brightness

NAMES = {
    "our planner": "planner",
    "Qwen3 Coder": "Qwen/Qwen3-Coder-30B-A3B-Instruct",
    "Qwen3 VL": "Qwen/Qwen3-VL-8B-Instruct",
    "Qwen3 Instruct": "Qwen/Qwen3-4B-Instruct-2507",
    "Qwen3 Thinking": "Qwen/Qwen3-30B-A3B-Thinking-2507",
    "Qwen3": "Qwen/Qwen3-8B",
    "Qwen3.5 and later": "Qwen/Qwen3.5-9B",
    "Qwen2.5": "Qwen/Qwen2.5-7B-Instruct",
    "QwQ": "Qwen/QwQ-32B",
    "gpt-oss": "openai/gpt-oss-120b",
    "Llama 4": "meta-llama/Llama-4-Scout-17B-16E-Instruct",
    "Llama 3": "meta-llama/Llama-3.1-8B-Instruct",
    "Mistral": "mistralai/Mistral-Small-3.2-24B-Instruct-2506",
    "DeepSeek V3.2": "deepseek-ai/DeepSeek-V3.2",
    "DeepSeek V3.1": "deepseek-ai/DeepSeek-V3.1",
    "DeepSeek V3": "deepseek-ai/DeepSeek-R1-0528",
    "DeepSeek V4": "deepseek-ai/DeepSeek-V4",
    "GLM 4.7 and later": "zai-org/GLM-4.7",
    "GLM 4.5": "zai-org/GLM-4.6",
    "Gemma 4": "google/gemma-4-12B-it",
    "FunctionGemma": "google/functiongemma-270m-it",
    "Granite 4": "ibm-granite/granite-4.0-h-small",
    "Granite": "ibm-granite/granite-3.3-8b-instruct",
    "Kimi K2": "moonshotai/Kimi-K2-Instruct",
    "Phi-4 mini": "microsoft/Phi-4-mini-instruct",
}


def request(name: str) -> dict[str, Any]:
    """What the client sends to a model of that name."""
    planner = ServerChatModel(model_name=name, base_url="http://127.0.0.1:9/v1", total_s=1)
    bound: Any = planner.bind_tools([tool_schema(measure_brightness)], **answer_form())
    return planner.payload([HumanMessage("How bright is it?")], None, **bound.kwargs)


@pytest.fixture(scope="module")
def outcomes() -> dict[str, str]:
    cases = [
        {
            "tool_parser": family.tool_parser,
            "reasoning_parser": family.reasoning_parser,
            "request": request(NAMES[family.name]),
        }
        for family in FAMILIES
    ]
    script = Path(__file__).with_name("parsers_of_vllm.py")
    done = subprocess.run(
        [find_vllm().python, script, packaged_weights()],
        input=json.dumps(cases), capture_output=True, text=True, check=True,
    )  # fmt: skip
    said = json.loads(done.stdout.splitlines()[-1])
    return dict(zip([family.name for family in FAMILIES], said, strict=True))


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
def test_what_a_family_may_write(outcomes: dict[str, str], family: Family) -> None:
    """A parser that is unknown, or an answer's form that forbids calls, would be found here."""
    assert outcomes[family.name] == ("calls or answer" if family.one_grammar else "unconstrained")
