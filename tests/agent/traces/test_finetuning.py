"""Which traces are conversations: a whole one or none, whatever stands in the file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.traces.finetuning import Conversation, MalformedTraceError, conversation_of
from tests.fakes.written_runs import GOOD, Runs, call


@pytest.fixture
def runs(tmp_path: Path) -> Runs:
    return Runs(tmp_path)


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    written = Runs(tmp_path_factory.mktemp("runs")).ask("one", call(), GOOD)
    taken: dict[str, Any] = json.loads(written.read_text())
    return taken


def _without_answer(record: dict[str, Any]) -> None:
    record["trace"]["messages"].pop()


def _without_result(record: dict[str, Any]) -> None:
    del record["trace"]["messages"][2]


def _other_result(record: dict[str, Any]) -> None:
    record["trace"]["messages"][2]["tool_call_id"] = "another"


def _calls_before_results(record: dict[str, Any]) -> None:
    record["trace"]["messages"].insert(1, record["trace"]["messages"][1])


def _no_json(record: dict[str, Any]) -> None:
    record["trace"]["messages"][-1]["content"] = "Bright."


def _broken_arguments(record: dict[str, Any]) -> None:
    record["trace"]["messages"][1]["tool_calls"][0]["function"]["arguments"] = "[1]"


def _no_question(record: dict[str, Any]) -> None:
    del record["trace"]["messages"][0]


def _out_of_place(record: dict[str, Any]) -> None:
    record["trace"]["messages"].insert(2, {"role": "user", "content": "Check failed:"})


def _later_version(record: dict[str, Any]) -> None:
    record["schema_version"] = 2


def _contradiction(record: dict[str, Any]) -> None:
    record["abstained"] = True


@pytest.mark.parametrize(
    "spoil",
    [
        _without_answer,
        _without_result,
        _other_result,
        _calls_before_results,
        _no_json,
        _broken_arguments,
        _no_question,
        _out_of_place,
        _later_version,
        _contradiction,
    ],
)
def test_a_trace_that_is_not_whole_is_never_taken(runs: Runs, spoil: Any) -> None:
    record = json.loads(runs.ask("one", call(), GOOD).read_text())
    assert isinstance(conversation_of(record), Conversation)
    spoil(record)
    with pytest.raises(MalformedTraceError):
        conversation_of(record)


PLAIN = st.none() | st.booleans() | st.integers() | st.text()
JSON = st.recursive(PLAIN, lambda some: st.lists(some) | st.dictionaries(st.text(), some))


@given(record=JSON)
def test_any_json_is_looked_at(record: Any) -> None:
    with pytest.raises(MalformedTraceError):
        conversation_of(record)


@given(data=st.data())
def test_a_trace_with_anything_in_a_field_is_taken_or_refused(
    data: st.DataObject, record: dict[str, Any]
) -> None:
    record = json.loads(json.dumps(record))
    place = data.draw(st.sampled_from([record, record["trace"], *record["trace"]["messages"]]))
    place[data.draw(st.sampled_from(sorted(place)))] = data.draw(JSON)
    try:
        found = conversation_of(record)
    except MalformedTraceError:
        return
    if isinstance(found, Conversation):
        assert json.loads(json.dumps(found.row("trl"))) == found.row("trl")
        assert found.messages[-1]["role"] == "assistant"
