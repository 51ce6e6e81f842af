"""A planner on a server is measured by the text that it would have written in the process."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from agent.answer import Draft
from agent.errors import PlannerOutputError
from agent.planners.builtin.decoding import Form
from agent.planners.builtin.grammar import parse_calls
from agent.planners.conversation import question_turn
from agent.planners.server.families import OWN_WEIGHTS_NAME
from tests.fakes.openai_server import ScriptedServer, Step, answering, calls, cut_off, draft, status
from training.planner import evaluate
from training.planner.chat import Chat
from training.planner.served import Served

TOOLS = Chat(None, ["read_text", "detect_objects"], ["dog"], []).schemas()  # type: ignore[arg-type]
FORM = Form(tuple(TOOLS), answer=Draft.model_json_schema())
ASKED = [question_turn("How many dogs are there?", ["img_1"])]
LOOKS = (
    ("detect_objects", {"picture": "img_1", "labels": ["dog"]}),
    ("read_text", {"picture": "img_1", "query": "狗"}),
)


def test_calls_are_read_back_as_the_text_that_was_parsed() -> None:
    with ScriptedServer(calls(*LOOKS)) as server:
        done = Served(server.url).complete(ASKED, FORM, 64)
    assert parse_calls(done.text) == list(LOOKS)
    assert (done.input_tokens, done.output_tokens) == (11, 7)


def test_an_answer_is_its_text() -> None:
    with ScriptedServer(draft("There is one.", "1")) as server:
        done = Served(server.url).complete(ASKED, FORM, 64)
    assert Draft.model_validate_json(done.text).short_answer == "1"


def test_the_request_is_that_of_our_own_weights() -> None:
    with ScriptedServer(calls(LOOKS[0])) as server:
        Served(server.url).complete(ASKED, FORM, 64)
    (body,) = server.requests
    assert (body["model"], body["max_tokens"], body["temperature"]) == (OWN_WEIGHTS_NAME, 64, 0)
    assert "How many dogs are there?" in body["messages"][-1]["content"]
    assert "structural_tag" in body["structured_outputs"]


def test_what_does_not_end_is_an_empty_text_in_its_place() -> None:
    turns = [([question_turn(f"{n} dogs?", ["img_1"])], TOOLS) for n in range(12)]

    def choose(body: dict[str, Any]) -> Step:
        number = body["messages"][-1]["content"].rpartition("Question: ")[2].split()[0]
        return cut_off('{"abst') if number == "7" else draft(f"There are {number}.", number)

    with ScriptedServer(answering(choose)) as server:
        texts = evaluate.write(Served(server.url), turns)
    assert texts[7] == ""
    answers = {n: Draft.model_validate_json(text) for n, text in enumerate(texts) if text}
    assert {n: answer.short_answer for n, answer in answers.items()} == {
        n: str(n) for n in range(12) if n != 7
    }


def test_no_end_and_a_refusal_are_errors() -> None:
    with ScriptedServer(cut_off("{"), status(400)) as server:
        served = Served(server.url)
        with pytest.raises(PlannerOutputError):
            served.complete(ASKED, FORM, 64)
        with pytest.raises(httpx.HTTPStatusError):
            served.complete(ASKED, FORM, 64)
