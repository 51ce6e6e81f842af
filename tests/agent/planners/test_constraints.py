"""What the built-in planner may write is taken from the conversation."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.answer import Draft
from agent.grounding.ledger import render_report
from agent.planners.constraints import (
    FIELD_QUERIES,
    first_look,
    link_labels,
    narrow_answer,
    narrow_tools,
)
from agent.planners.conversation import question_turn
from tests.agent.evidence_makers import finding, ledger_of, seen, seen_group
from tests.fakes import grammars
from tools.evidence import ToolReport
from training.planner.fields import FIELDS

TOOL = {
    "type": "function",
    "function": {
        "name": "read_text",
        "parameters": {
            "type": "object",
            "properties": {
                "picture": {"type": "string"},
                "query": {"anyOf": [{"type": "string"}, {"type": "null"}]},
                "region": {"anyOf": [{"type": "string"}, {"type": "null"}]},
                "top_k": {"type": "integer"},
            },
            "required": ["picture", "query", "region", "top_k"],
        },
    },
}
LEDGER = ledger_of(
    [finding(label="total", value="60.30", text="TOTAL 60.30", box_xyxy=(0, 0, 9, 9))],
    [*seen("dog", 2), *seen("cat", 0)],
    [*seen_group("animal", "dog", "cat"), *seen_group("vehicle", "bus")],
)


def conversation(question: str) -> list[dict[str, Any]]:
    evidence = list(LEDGER)
    report = render_report(ToolReport(summary="look img_1"), evidence)
    return [
        {"role": "system", "content": "e99 = not evidence"},
        question_turn(question, ["img_1", "img_2"]),
        {"role": "tool", "content": report, "evidence": evidence},
        {"role": "user", "content": "Check failed:\n- e77 is not there"},
    ]


def choices(question: str, name: str) -> list[Any]:
    (tool,) = narrow_tools([TOOL], conversation(question))
    allowed: list[Any] = tool["function"]["parameters"]["properties"][name]["enum"]
    return allowed


def accepts(text: str) -> bool:
    answer = narrow_answer(Draft.model_json_schema(), conversation("How much?"))
    return grammars.accepts(text, [], answer)


def draft(short: str, answer: str) -> str:
    return json.dumps(
        {"abstain": "no", "short_answer": short, "answer": answer}, ensure_ascii=False
    )


def test_pictures_and_regions_are_those_that_there_are() -> None:
    assert choices("How much?", "picture") == ["img_1", "img_2"]
    assert choices("How much?", "region") == ["e1", "e2", "e3", "e5", "e6", "e7", None]


@pytest.mark.parametrize(
    ("question", "query"),
    [
        ("How much is the Nasi Lemak?", "Nasi Lemak"),
        ('Does it say "OPEN"?', "OPEN"),
        ("多少钱一杯拿铁?", "拿铁"),
        ("那 Coca Cola 呢?", "Coca Cola"),
        ("Anything", "invoice number"),
        ("Anything", None),
    ],
)
def test_queries_are_fields_or_words_of_the_question(question: str, query: str | None) -> None:
    assert query in choices(question, "query")
    assert "Walmart" not in choices(question, "query")


@given(st.text(max_size=60))
@settings(max_examples=60)
def test_any_question_gives_queries_of_its_own_words(question: str) -> None:
    for query in choices(question, "query"):
        assert query is None or query in FIELD_QUERIES or query in question


def linked_tool(known: list[str] | None, *questions: str) -> dict[str, Any]:
    items = {"type": "string"} | ({"enum": known} if known else {})
    properties = {"picture": {"type": "string"}, "labels": {"type": "array", "items": items}}
    parameters = {"type": "object", "properties": properties}
    tool = {"type": "function", "function": {"name": "detect", "parameters": parameters}}
    messages = [question_turn(q, ["img_1"]) for q in questions]
    (linked,) = link_labels([tool], messages)
    return linked


def labels(known: list[str] | None, *questions: str) -> list[str]:
    rule = linked_tool(known, *questions)["function"]["parameters"]["properties"]["labels"]
    found: list[str] = rule["items"].get("enum", [])
    assert rule["maxItems"] == len(found)
    return found


def test_labels_are_those_that_the_question_speaks_of() -> None:
    known = ["dog", "cat", "person", "forklift"]
    assert labels(known, "is a cat near the dogs?") == ["cat", "dog"]
    assert labels(known, "how many jackets are there?") == []
    assert labels(known, "how many forklifts?", "and in picture 2?") == ["forklift"]
    assert labels(known, "how many dogs?", "and people?") == ["person"]
    assert labels(known, "有几只狗?", "这是哪里?", "那呢?") == []


def test_an_open_vocabulary_is_asked_for_common_things() -> None:
    assert labels(None, "how many buses and unicorns?") == ["bus"]


GROUPED = ["dog", "cat", "car", "bus", "animal", "vehicle"]


@pytest.mark.parametrize(
    ("question", "written", "good"),
    [
        ("more animals or vehicles?", ["animal", "vehicle"], True),
        ("more animals or vehicles?", ["animal"], False),
        ("more animals or vehicles?", ["animal", "animal"], False),
        ("which animals are there?", ["animal"], True),
        ("which animals are there?", [], False),
        ("how many dogs?", ["dog"], True),
        ("how many dogs?", ["animal"], False),
        ("how many dogs?", [], True),
    ],
)
def test_all_that_is_asked_for_is_looked_for_where_a_group_is(
    question: str, written: list[str], good: bool
) -> None:
    call = {"name": "detect", "arguments": {"picture": "img_1", "labels": written}}
    text = f"<tool_call>\n{json.dumps(call)}\n</tool_call>"
    offered = [linked_tool(GROUPED, question)]
    assert grammars.accepts(text, offered, None, tool_choice="required") is good


def test_whether_there_is_fruit_is_looked_for_first() -> None:
    detect = linked_tool(GROUPED, "Are there animals?")
    asked = conversation("Are there animals?")
    assert first_look([TOOL, detect], asked[:2]) == [detect]
    assert first_look([TOOL, detect], asked) == []
    assert first_look([TOOL], asked[:2]) == []
    dogs = linked_tool(GROUPED, "Are there dogs?")
    assert first_look([TOOL, dogs], conversation("Are there dogs?")[:2]) == []
    unknown = linked_tool(GROUPED, "Is there fruit?")
    assert first_look([TOOL, unknown], conversation("Is there fruit?")[:2]) == []


def test_tools_without_labels_stay_as_they_are() -> None:
    assert link_labels([TOOL], conversation("dogs?")) == [TOOL]


def test_what_is_no_text_stays_as_it_is() -> None:
    (tool,) = narrow_tools([TOOL], conversation("How much?"))
    assert tool["function"]["parameters"]["properties"]["top_k"] == {"type": "integer"}
    assert narrow_tools([TOOL], []) != []


@pytest.mark.parametrize(
    "text",
    [
        draft("{e1.value}", "The total is {e1.value} [e1]."),
        draft("{e5.value}", "One is a {e6.value}, one a {e7.value} [e5-e7]."),
        draft("{count e2-e3}", "图中有{list e2-e3 e4} [e2-e3 e4]。"),
        draft("{has e2 red}", 'It says "x" [e1].'),
        draft("{has e2 e1x, e2}", "\\/ [e1-e2]."),
        draft("", ""),
    ],
)
def test_references_to_what_was_reported_pass(text: str) -> None:
    assert accepts(text)


@pytest.mark.parametrize(
    "text",
    [
        draft("{e8.value}", ""),
        draft("{e4.value}", ""),
        draft("{e2.text}", ""),
        draft("{e77.label}", ""),
        draft("", "It is [e9]."),
        draft("", "It is {drop e1}."),
        draft("", "It is {e1.value."),
        draft("", "[1] said so."),
    ],
)
def test_references_to_anything_else_do_not(text: str) -> None:
    assert not accepts(text)


def test_other_answer_schemas_are_left_alone() -> None:
    schema = {"type": "object", "properties": {"n": {"type": "integer"}}}
    assert narrow_answer(schema, []) == schema


def test_the_planner_is_trained_on_the_same_fields() -> None:
    assert set(FIELD_QUERIES) == {field.query for field in FIELDS}
