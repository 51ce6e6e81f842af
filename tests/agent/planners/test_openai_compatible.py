"""A planner on a server, against a real HTTP server that behaves and misbehaves by script."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from agent import Settings, VisualAgent
from agent.errors import PlannerError, PlannerTimeoutError, PlannerUnavailableError
from agent.planners.openai_compatible import connect
from tests.agent.test_visual_agent import measure_brightness
from tests.fakes.openai_server import ScriptedServer, calls, draft, drop, garbage, hang, status
from tools.toolset import ToolConfig

GREY = np.full((60, 80, 3), 120, np.uint8)
LOOK = calls(("measure_brightness", {"picture": "img_1"}))
SAY = draft("It is {e1.value} percent bright [e1].", "{e1.value}")


@pytest.fixture
def ask() -> Iterator[Any]:
    agents: list[VisualAgent] = []

    def run(server: ScriptedServer, **settings: Any) -> Any:
        config = Settings(planner_url=server.url, tools=ToolConfig(offer=[]), **settings)
        agents.append(VisualAgent(config, tools=[measure_brightness]))
        return agents[-1].ask(GREY, "How bright is it?")

    yield run
    for agent in agents:
        agent.close()


def test_a_question_through_a_server(ask: Any) -> None:
    with ScriptedServer(LOOK, SAY) as server:
        answer = ask(server)
    assert answer.short_answer == "47"
    assert answer.planner["model"] == "scripted"
    assert answer.planner["url"] == server.url
    assert answer.usage == {"input_tokens": 22, "output_tokens": 14}
    assert len(server.requests) == 2


def test_tools_are_strict_and_the_answer_is_held_to_its_schema(ask: Any) -> None:
    with ScriptedServer(LOOK, SAY) as server:
        ask(server)
    request = server.requests[0]
    function = request["tools"][0]["function"]
    assert function["strict"] is True
    assert function["parameters"]["required"] == ["picture"]
    assert function["parameters"]["additionalProperties"] is False
    assert request["response_format"]["json_schema"]["name"] == "Draft"
    assert request["temperature"] == 0
    assert [m["role"] for m in server.requests[1]["messages"]] == ["system", "user", "assistant", "tool"]


def test_the_system_prompt_and_tools_are_byte_stable(ask: Any) -> None:
    with ScriptedServer(LOOK, SAY) as server:
        ask(server)
    first, second = server.requests
    assert first["messages"][0] == second["messages"][0]
    assert first["tools"] == second["tools"]


@pytest.mark.parametrize("trouble", [status(503), status(429), drop()])
def test_what_passes_is_tried_again(ask: Any, trouble: Any) -> None:
    with ScriptedServer(LOOK, trouble, SAY) as server:
        assert ask(server).short_answer == "47"
    assert len(server.requests) == 3


def test_a_server_that_stays_down_ends_in_an_error(ask: Any) -> None:
    with ScriptedServer(LOOK, status(503)) as server, pytest.raises(PlannerError, match="503"):
        ask(server)
    assert len(server.requests) == 4


def test_a_bad_request_is_not_tried_again(ask: Any) -> None:
    with ScriptedServer(status(400, "context too long")) as server:
        with pytest.raises(PlannerError, match="context too long"):
            ask(server)
        assert len(server.requests) == 1


def test_a_server_that_hangs_ends_in_a_time_out(ask: Any) -> None:
    started = time.monotonic()
    with ScriptedServer(hang()) as server, pytest.raises(PlannerTimeoutError, match="VQA_TIMEOUT_S"):
        ask(server, timeout_s=0.2)
    assert time.monotonic() - started < 30  # a hang, not a speed, is what this would catch


def test_garbage_instead_of_a_completion_is_an_error(ask: Any) -> None:
    with ScriptedServer(garbage()) as server, pytest.raises(PlannerError):
        ask(server)


@pytest.mark.parametrize(
    ("models", "wanted", "says"),
    [
        (["a", "b"], None, "choose one"),
        (["a", "b"], "c", "does not serve 'c'"),
        ([], None, "no model"),
    ],
)
def test_the_model_is_checked_before_the_first_question(
    models: list[str], wanted: str | None, says: str
) -> None:
    with (
        ScriptedServer(SAY, models=models) as server,
        pytest.raises(PlannerUnavailableError, match=says),
    ):
        connect(server.url, wanted)


def test_one_model_needs_no_name() -> None:
    with ScriptedServer(SAY, models=["only"]) as server:
        assert connect(server.url, None).model_name == "only"


def test_a_refused_key_and_a_right_one() -> None:
    with ScriptedServer(SAY, api_key="secret") as server:
        with pytest.raises(PlannerUnavailableError, match="VQA_PLANNER_API_KEY"):
            connect(server.url, None)
        assert connect(server.url, None, api_key="secret").model_name == "scripted"


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/v1", "not a url"])
def test_no_server_says_what_to_start(url: str) -> None:
    with pytest.raises(PlannerUnavailableError, match="VQA_PLANNER_URL"):
        connect(url, None)


def test_a_url_without_v1_says_so() -> None:
    with (
        ScriptedServer(SAY) as server,
        pytest.raises(PlannerUnavailableError, match="ends in /v1"),
    ):
        connect(server.url.removesuffix("/v1"), None)
