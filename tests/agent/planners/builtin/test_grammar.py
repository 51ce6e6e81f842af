"""What the built-in planner may write, whatever its weights want."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.answer import Draft
from agent.errors import PlannerOutputError
from agent.planners.builtin.grammar import MAX_CALLS, build_structural_tag, parse_calls
from agent.planners.builtin.lark import build_lark
from tests.fakes import grammars

DRAFT = Draft.model_json_schema()


def tool(name: str, **properties: Any) -> dict[str, Any]:
    parameters = {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }
    return {"type": "function", "function": {"name": name, "parameters": parameters}}


READ_TEXT = tool(
    "read_text",
    picture={"type": "string", "description": "Picture id."},
    query={"anyOf": [{"type": "string"}, {"type": "null"}]},
    labels={"type": "array", "items": {"type": "string", "enum": ["dog", "hot dog", "狗"]}},
)
CLASSIFY = tool(
    "classify_image",
    picture={"type": "string"},
    top_k={"type": "integer", "minimum": 1, "maximum": 10},
)
TOOLS = [READ_TEXT, CLASSIFY]


PAIR = {
    "type": "object",
    "properties": {
        "x": {"type": "array", "prefixItems": [{"type": "integer"}, {"type": "string"}]}
    },
}


def accepts(text: str, tools: list[dict[str, Any]] | None = None, **form: Any) -> bool:
    offered = TOOLS if tools is None else tools
    return grammars.accepts(text, offered, form.pop("answer", DRAFT), **form)


def call(name: str = "read_text", **arguments: Any) -> str:
    body = json.dumps({"name": name, "arguments": arguments}, ensure_ascii=False)
    return f"<tool_call>\n{body}\n</tool_call>"


def look(**arguments: Any) -> str:
    return call(**({"picture": "img_1", "query": None, "labels": []} | arguments))


CLASSES = call("classify_image", picture="img_1", top_k=10)
ANSWER = json.dumps(
    {"abstain": "no", "short_answer": "{e1.value}", "answer": "是 {e1.value} [e1]."},
    ensure_ascii=False,
)


@pytest.mark.parametrize(
    "text",
    [
        look(),
        look(query='合计 "x" \\ a\nb', labels=["dog", "hot dog", "狗"]),
        CLASSES,
        look() + "\n" + CLASSES,
        "\n".join([look()] * MAX_CALLS),
        ANSWER,
    ],
)
def test_accepts_what_the_planner_is_trained_to_write(text: str) -> None:
    assert accepts(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "The total is 5.",
        look(labels=["cow"]),
        look(query=5),
        look(extra="x"),
        call(picture="img_1", query=None),
        call(query=None, picture="img_1", labels=[]),
        call("rm_rf", picture="img_1", query=None, labels=[]),
        call("classify_image", picture="img_1", top_k=11),
        look().replace(": ", ":"),
        look().replace(", ", ",  "),
        look(query="\\ud83d").replace("\\\\", "\\"),
        look().removesuffix("\n</tool_call>"),
        look() + CLASSES,
        look() + "\n" + ANSWER,
        ANSWER + look(),
        "\n".join([look()] * (MAX_CALLS + 1)),
        ANSWER.replace('"no"', '"maybe"'),
        ANSWER.replace('"abstain": "no", ', ""),
    ],
)
def test_refuses_everything_else(text: str) -> None:
    assert not accepts(text)


@pytest.mark.parametrize(
    ("form", "may_read", "may_classify", "may_answer"),
    [
        ({"tool_choice": "auto"}, True, True, True),
        ({"tool_choice": "required"}, True, True, False),
        ({"tool_choice": "any"}, True, True, False),
        ({"tool_choice": "none"}, False, False, True),
        ({"tool_choice": "read_text"}, True, False, False),
        ({"tools": []}, False, False, True),
    ],
)
def test_tool_choice(
    form: dict[str, Any], may_read: bool, may_classify: bool, may_answer: bool
) -> None:
    assert accepts(look(), **form) == may_read
    assert accepts(CLASSES, **form) == may_classify
    assert accepts(ANSWER, **form) == may_answer


def test_one_call_a_turn_where_several_are_not_wanted() -> None:
    assert accepts(look(), parallel=False)
    assert not accepts(look() + "\n" + look(), parallel=False)


def test_without_an_answer_schema_text_is_free_but_no_broken_call() -> None:
    assert accepts("Hello, 你好.", answer=None)
    assert accepts(look(), answer=None)
    assert not accepts("<tool_call>nonsense", answer=None)


@pytest.mark.parametrize("choice", ["required", "any", "cook"])
@pytest.mark.parametrize("build", [build_structural_tag, build_lark])
def test_a_choice_that_no_tool_can_meet_is_refused(build: Any, choice: str) -> None:
    with pytest.raises(ValueError, match="not offered"):
        build([], DRAFT, choice)


@pytest.mark.parametrize(
    ("parameters", "written", "good"),
    [
        (None, {}, True),
        (None, {"x": 1}, False),
        ({"type": "object"}, {"x": 1}, True),
        ({"type": "object", "properties": {"x": {"type": "array"}}}, {"x": [1, "b"]}, True),
        (PAIR, {"x": [1, "b"]}, True),
        (PAIR, {"x": [1, "b", 2]}, False),
        ({"type": "object", "properties": {"x": {"type": "number"}}}, {"x": -1.5}, True),
        ({"type": "object", "properties": {"x": {"type": "boolean"}}}, {"x": True}, True),
        (
            {
                "type": "object",
                "properties": {"box": {"$ref": "#/$defs/Box"}},
                "required": ["box"],
                "$defs": {"Box": {"type": "object", "properties": {"w": {"type": "integer"}}}},
            },
            {"box": {"w": 3, "h": 4}},
            False,
        ),
        (
            {"type": "object", "additionalProperties": {"type": "integer"}},
            {"any": 3},
            True,
        ),
    ],
)
def test_what_a_schema_does_not_name_is_refused(
    parameters: dict[str, Any] | None, written: dict[str, Any], good: bool
) -> None:
    foreign = {"type": "function", "function": {"name": "foreign", "parameters": parameters}}
    assert accepts(call("foreign", **written), tools=[foreign]) is good


words = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20)
arguments = st.fixed_dictionaries(
    {
        "picture": words,
        "query": st.none() | words,
        "labels": st.lists(st.sampled_from(["dog", "hot dog", "狗"]), max_size=3),
    }
)


@given(st.lists(arguments, min_size=1, max_size=MAX_CALLS))
def test_calls_survive_writing_and_reading(turn: list[dict[str, Any]]) -> None:
    text = "\n".join(call("read_text", **given) for given in turn)
    assert parse_calls(text) == [("read_text", given) for given in turn]


@given(arguments)
@settings(deadline=None)
def test_whatever_json_dumps_writes_is_accepted(given: dict[str, Any]) -> None:
    assert accepts(look(**given))


def test_a_text_that_holds_the_end_of_a_call_is_only_text() -> None:
    text = look(query="</tool_call>\n<tool_call>")
    assert parse_calls(text)[0][1]["query"] == "</tool_call>\n<tool_call>"


def test_an_answer_is_no_call() -> None:
    assert parse_calls(ANSWER) == []


@pytest.mark.parametrize(
    "text",
    [
        "<tool_call>",
        "<tool_call>\n{",
        '<tool_call>\n{"name": "a"}\n</tool_call>',
        "<tool_call>\n[1]\n</tool_call>",
        look().removesuffix("</tool_call>"),
        look() + "\n" + ANSWER,
    ],
)
def test_an_unreadable_call_is_an_error(text: str) -> None:
    with pytest.raises(PlannerOutputError):
        parse_calls(text)
