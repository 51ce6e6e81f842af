"""The grammar of what a planner may write: tool calls in Hermes form, or the answer's JSON.

Whitespace is that of `json.dumps` and properties stand in the schema's order, so that a model
trained on such text never meets a choice that it did not learn. The tag is what servers take;
`lark` is the same for the planner in this process. `get_qwen_3_structural_tag` of
xgrammar writes the same call form but lets any text stand around calls.
"""

from __future__ import annotations

import json
import re
from typing import Any

from agent.errors import PlannerOutputError
from agent.planners.constraints import Calls

CALL_BEGIN = '<tool_call>\n{"name": '
CALL_ARGUMENTS = ', "arguments": '
CALL_END = "}\n</tool_call>"
CALL_SEPARATOR = "\n"
MAX_CALLS = 8
"""Calls of one turn: enough to look at several pictures, and an end for a model that loops."""

_OPEN, _CLOSE = "<tool_call>\n", "\n</tool_call>"
_DECODER = json.JSONDecoder()

Schema = dict[str, Any]
NO_PARAMETERS: Schema = {"type": "object", "properties": {}}

_ANY_ESCAPE = re.compile(r"^basic_escape ::= .*$", re.MULTILINE)
_PLAIN_ESCAPE = r'basic_escape ::= (["\\bfnrt])'
# json.dumps(ensure_ascii=False) has no \u escape for printable text; with them a model could
# write half of a surrogate pair, which no encoder takes.


def build_structural_tag(
    tools: list[dict[str, Any]],
    answer: Schema | str | None,
    tool_choice: str | None = None,
    *,
    parallel: bool = True,
) -> Any:
    """The `xgrammar.StructuralTag` of one planner turn.

    Args:
        tools: offered tools in OpenAI form.
        answer: JSON schema of the final answer, or its EBNF; None for free text.
        tool_choice: None or "auto" for calls or an answer, "required" (or "any") for calls only,
            "none" for an answer only, or the name of the one tool to call.
        parallel: whether one turn may hold several calls.

    Raises:
        ValueError: `tool_choice` asks for a tool that is not offered.
    """
    from xgrammar import StructuralTag
    from xgrammar.structural_tag import AnyTextFormat, OrFormat

    functions, must_call = callable_functions(tools, tool_choice)
    ways = []
    if functions:
        ways.append(_calls(functions, MAX_CALLS if parallel else 1))
    if not must_call:
        ways.append(_json(answer) if answer else AnyTextFormat(excludes=["<tool_call>"]))
    return StructuralTag(format=OrFormat(elements=ways))


def callable_functions(
    tools: list[dict[str, Any]], tool_choice: str | None
) -> tuple[list[dict[str, Any]], bool]:
    """The functions that a turn may call, and whether it has to call one.

    Raises:
        ValueError: `tool_choice` asks for a tool that is not offered.
    """
    functions = [tool["function"] for tool in tools]
    if tool_choice == "none":
        functions = []
    elif tool_choice not in (None, "auto", "required", "any"):
        functions = [f for f in functions if f["name"] == tool_choice]
    must_call = tool_choice not in (None, "auto", "none")
    if must_call and not functions:
        raise ValueError(f"tool_choice {tool_choice!r} asks for a tool that is not offered")
    return functions, must_call


def _calls(functions: list[dict[str, Any]], most: int) -> Any:
    from xgrammar.structural_tag import (
        ConstStringFormat,
        OrFormat,
        RepeatFormat,
        SequenceFormat,
    )

    one = OrFormat(elements=[_call(function) for function in functions])
    more = SequenceFormat(elements=[ConstStringFormat(value=CALL_SEPARATOR), one])
    return SequenceFormat(elements=[one, RepeatFormat(min=0, max=most - 1, content=more)])


def _call(function: dict[str, Any]) -> Any:
    from xgrammar.structural_tag import TagFormat

    name = json.dumps(function["name"], ensure_ascii=False)
    parameters = function.get("parameters") or NO_PARAMETERS
    begin = CALL_BEGIN + name + CALL_ARGUMENTS
    return TagFormat(begin=begin, content=_json(parameters), end=CALL_END)


def _json(schema: Schema | str) -> Any:
    from xgrammar import Grammar
    from xgrammar.structural_tag import GrammarFormat

    if isinstance(schema, str):
        return GrammarFormat(grammar=schema)
    grammar = Grammar.from_json_schema(
        json.dumps(schema, ensure_ascii=False),
        any_whitespace=False,
        separators=(", ", ": "),
        strict_mode=True,
    )
    return GrammarFormat(grammar=_ANY_ESCAPE.sub(lambda _: _PLAIN_ESCAPE, str(grammar)))


def parse_calls(text: str) -> Calls:
    """Read the calls that such a grammar let through; empty where the text is an answer.

    Raises:
        PlannerOutputError: the text begins like a call and is not one.
    """
    calls: Calls = []
    position = 0
    while text.startswith("<tool_call>") and position < len(text):
        try:
            call, end = _DECODER.raw_decode(text, position + len(_OPEN))
            name, arguments = call["name"], call["arguments"]
        except (ValueError, KeyError, TypeError) as error:
            raise PlannerOutputError(f"the planner wrote an unreadable call ({error})") from error
        if not (text.startswith(_OPEN, position) and text.startswith(_CLOSE, end)):
            raise PlannerOutputError(f"the planner wrote an unreadable call (at {position})")
        calls.append((name, arguments))
        position = end + len(_CLOSE) + len(CALL_SEPARATOR)
    return calls
