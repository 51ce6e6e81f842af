"""What vLLM has to be told for each family of models; the first row that fits a name counts.

`tests/vllm/test_families.py` holds the rows against the vLLM that is installed.

Parsers: vLLM's documentation of tool calling and reasoning, and the lists of its 0.32. Sampling
defaults: the model cards; they hold for clients that send none (our own asks for temperature 0).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

OWN_WEIGHTS_NAME = "vqa-agent-planner"
"""What a server calls the built-in weights: a client that meets the name asks them as trained."""
_NO_THINKING = {"enable_thinking": False}
_QWEN3 = {"temperature": 0.7, "top_p": 0.8, "top_k": 20}
_THINKING = {"temperature": 0.6, "top_p": 0.95, "top_k": 20}
_GLM = {"temperature": 0.6, "top_p": 0.95}


@dataclass(frozen=True)
class Family:
    """A row: how models are called, and what they need."""

    name: str
    pattern: str
    """Searched for in the lower-case name, without its owner."""
    tool_parser: str
    reasoning_parser: str | None = None
    template_arguments: Mapping[str, Any] = field(default_factory=dict)
    """For the chat template, unless a request says otherwise."""
    sampling: Mapping[str, float] = field(default_factory=dict)
    flags: tuple[str, ...] = ()
    parallel_calls: bool = True
    """Whether one turn can hold several tool calls."""
    one_grammar: bool = True
    """Whether vLLM makes one grammar of strict tools and the answer's schema: calls or answer.

    Where it has none for the family's calls, the schema would hold alone, and no tool could ever be
    called: the answer's form is then only asked for when no tool is offered.
    """


FAMILIES = (
    Family("our planner", r"^(?:vqa-agent-)?planner$", "hermes"),
    Family("Qwen3 Coder", r"qwen3-coder", "qwen3_xml", sampling=_QWEN3),
    Family("Qwen3 VL", r"qwen3-vl.*instruct", "hermes", sampling=_QWEN3),
    Family("Qwen3 Instruct", r"qwen3-.*instruct", "hermes", sampling=_QWEN3),
    Family("Qwen3 Thinking", r"qwen3-.*thinking", "hermes", "qwen3", sampling=_THINKING),
    Family("Qwen3", r"qwen3(?![.\d])", "hermes", "qwen3", _NO_THINKING, _QWEN3),
    Family("Qwen3.5 and later", r"qwen(?:3\.\d|[4-9])", "qwen3_xml", "qwen3", _NO_THINKING, _QWEN3),
    Family("Qwen2.5", r"qwen2\.5", "hermes", sampling=_QWEN3),
    Family("QwQ", r"qwq", "hermes", "deepseek_r1", sampling=_THINKING),
    Family("gpt-oss", r"gpt-oss", "openai"),
    Family("Llama 4", r"llama-?4", "llama4_pythonic", sampling={"temperature": 0.6, "top_p": 0.9},
           one_grammar=False),
    Family("Llama 3", r"llama-?3", "llama3_json", sampling={"temperature": 0.6, "top_p": 0.9},
           parallel_calls=False),
    Family("Mistral", r"mistral|ministral|magistral|devstral|pixtral", "mistral",
           sampling={"temperature": 0.15},
           flags=("--tokenizer-mode", "mistral", "--config-format", "mistral",
                  "--load-format", "mistral"), one_grammar=False),
    Family("DeepSeek V3.2", r"deepseek-v3\.2", "deepseek_v32", "deepseek_v3"),
    Family("DeepSeek V3.1", r"deepseek-v3\.1", "deepseek_v31", "deepseek_v3"),
    Family("DeepSeek V3", r"deepseek-(?:v3|r1)", "deepseek_v3", "deepseek_r1"),
    Family("DeepSeek V4", r"deepseek-v4", "deepseek_v4", "deepseek_v4"),
    Family("GLM 4.7 and later", r"glm-(?:4\.[789]|5)", "glm47", "glm45", sampling=_GLM),
    Family("GLM 4.5", r"glm-4\.[56]", "glm45", "glm45", sampling=_GLM),
    Family("Gemma 4", r"gemma-?4", "gemma4", "gemma4", one_grammar=False),
    Family("FunctionGemma", r"functiongemma", "functiongemma", one_grammar=False),
    Family("Granite 4", r"granite-?4", "granite4", one_grammar=False),
    Family("Granite", r"granite", "granite", one_grammar=False),
    Family("Kimi K2", r"kimi-k2", "kimi_k2"),
    Family("Phi-4 mini", r"phi-4-mini", "phi4_mini_json", one_grammar=False),
)  # fmt: skip
UNKNOWN = Family("unknown", "", "hermes")
"""Most models without a parser of their own have learnt the Hermes form."""


def family_of(model: str) -> Family:
    """The row of a hub's `owner/name` or of a folder, by its last part."""
    name = model.rstrip("/").rpartition("/")[2].lower()
    return next((family for family in FAMILIES if re.search(family.pattern, name)), UNKNOWN)
