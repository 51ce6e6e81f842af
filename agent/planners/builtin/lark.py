"""The grammar of a planner's turn as llguidance reads it, which the built-in planner writes under.

The same language as `grammar.build_structural_tag`, which servers are sent (a test holds the two
together): xgrammar imports torch and transformers, which a question has no use for.
"""

from __future__ import annotations

import json
import re
from typing import Any

from agent.planners.builtin.grammar import (
    CALL_ARGUMENTS,
    CALL_BEGIN,
    CALL_END,
    CALL_SEPARATOR,
    MAX_CALLS,
    NO_PARAMETERS,
    Schema,
    callable_functions,
)

_AS_DUMPED = {"item_separator": ", ", "key_separator": ": ", "whitespace_flexible": False}
_GUIDANCE = _AS_DUMPED | {"coerce_one_of": True, "lenient": True}
_EVERY_WAY = '%llguidance {"no_forcing": true}'
"""Where only one text can follow, the planner still chooses how to write it in tokens."""
_FREE_TEXT = r"/(?s:.*)/ & ~/(?s:.*)<tool_call>(?s:.*)/"
_EBNF = re.compile(r'"(?:[^"\\]|\\.)*"|\[(?:[^\]\\]|\\.)*\]|::=|\w+|\s+|.')


def build_lark(
    tools: list[dict[str, Any]],
    answer: Schema | str | None,
    tool_choice: str | None = None,
    *,
    parallel: bool = True,
) -> str:
    """The grammar of one turn; arguments and errors are `build_structural_tag`'s."""
    functions, must_call = callable_functions(tools, tool_choice)
    rules, ways = [], []
    if functions:
        ways.append("calls")
        more = f" ({_literal(CALL_SEPARATOR)} call){{0,{MAX_CALLS - 1}}}" if parallel else ""
        rules.append(f"calls: call{more}")
        rules.append("call: " + " | ".join(f"call_{n}" for n in range(len(functions))))
        rules += [f"call_{n}: {_call(function)}" for n, function in enumerate(functions)]
    if not must_call:
        ways.append("ROOT" if isinstance(answer, str) or not answer else "answer")
        rules += _answer(answer)
    return "\n".join([_EVERY_WAY, "start: " + " | ".join(ways), *rules])


def _call(function: dict[str, Any]) -> str:
    name = json.dumps(function["name"], ensure_ascii=False)
    begin = _literal(CALL_BEGIN + name + CALL_ARGUMENTS)
    return f"{begin} {_json(function.get('parameters') or NO_PARAMETERS)} {_literal(CALL_END)}"


def _answer(answer: Schema | str | None) -> list[str]:
    if not answer:
        return [f"ROOT: {_FREE_TEXT}"]
    return [from_ebnf(answer) if isinstance(answer, str) else f"answer: {_json(answer)}"]


def from_ebnf(rules: str) -> str:
    """EBNF without recursion as terminals: rules would split it into words, longest first."""

    def converted(part: str) -> str:
        if part.startswith("["):
            return "/" + part.replace(r"\0", r"\x00").replace("/", r"\/") + "/"
        if part == "::=":
            return ":"
        return part if part.startswith('"') else part.upper()

    return "".join(converted(part) for part in _EBNF.findall(rules))


def _json(schema: Schema) -> str:
    return "%json " + json.dumps(_closed(schema) | {"x-guidance": _GUIDANCE}, ensure_ascii=False)


def _closed(schema: Any) -> Any:
    """A schema that, where it names something, refuses all else: xgrammar's strict reading."""
    if not isinstance(schema, dict):
        return schema
    closed = dict(schema)
    for key in ("properties", "$defs"):
        if key in closed:
            closed[key] = {name: _closed(rule) for name, rule in closed[key].items()}
    for key in ("anyOf", "oneOf", "prefixItems"):
        if key in closed:
            closed[key] = [_closed(rule) for rule in closed[key]]
    for key in ("items", "additionalProperties"):
        if key in closed:
            closed[key] = _closed(closed[key])
    if "properties" in closed:
        closed.setdefault("additionalProperties", False)
    if "prefixItems" in closed:
        closed.setdefault("items", False)
    return closed


def _literal(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
