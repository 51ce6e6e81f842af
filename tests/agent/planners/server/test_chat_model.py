"""A planner on a server, against a real HTTP server that behaves and misbehaves by script."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from agent import Settings, VisualAgent
from agent.errors import (
    PlannerError,
    PlannerTimeoutError,
    PlannerUnavailableError,
)
from agent.planners import make_planner
from agent.planners.server.connecting import connect
from tests.agent.test_visual_agent import measure_brightness
from tests.fakes.openai_server import (
    ScriptedServer,
    answering,
    calls,
    cut_off,
    draft,
    drop,
    garbage,
    hang,
    reply,
    status,
    trickle,
)
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
    assert [m["role"] for m in server.requests[1]["messages"]] == [
        "system",
        "user",
        "assistant",
        "tool",
    ]
    called, reported = server.requests[1]["messages"][2:]
    assert called["content"] is None
    assert reported["tool_call_id"] == called["tool_calls"][0]["id"]
    assert set(reported) == {"role", "content", "tool_call_id"}


@pytest.mark.parametrize(
    ("choice", "sent"),
    [
        (None, None),
        ("auto", "auto"),
        ("any", "required"),
        ("none", "none"),
        ("look", {"type": "function", "function": {"name": "look"}}),
    ],
)
def test_what_has_to_be_called(choice: str | None, sent: Any) -> None:
    tool = {"name": "look", "description": "Look.", "parameters": {"type": "object"}}
    with ScriptedServer(LOOK) as server:
        connect(server.url).bind_tools([tool], tool_choice=choice).invoke("Hello")
    assert server.requests[0].get("tool_choice") == sent
    assert "strict" not in server.requests[0]["tools"][0]["function"], "no answer's form, no need"


def test_what_is_stopped_at_and_a_servers_own_parameters_are_sent() -> None:
    with ScriptedServer(reply("ok")) as server:
        planner = connect(server.url, max_tokens=9)
        planner.extra_body = {"top_k": 1}
        planner.bind(max_completion_tokens=8).invoke("Hello", stop=["."])
    (request,) = server.requests
    assert (request["stop"], request["top_k"]) == (["."], 1)
    assert request["max_completion_tokens"] == 8, "what is bound wins"


def test_the_client_of_openai_is_not_needed() -> None:
    code = (
        "import sys; from agent.planners import make_planner\n"
        "print(make_planner(planner_url=sys.argv[1]).invoke('Hello').text)\n"
        "print(sorted({'openai', 'langchain_openai', 'langchain', 'torch'} & set(sys.modules)))"
    )
    with ScriptedServer(reply("ok")) as server:
        command = [sys.executable, "-c", code, server.url]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.split("\n")[:2] == ["ok", "[]"]


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


@pytest.mark.parametrize("silence", [hang(), trickle()])
@pytest.mark.parametrize("way", ["invoke", "ainvoke"])
async def test_no_call_takes_longer_than_it_may(silence: Any, way: str) -> None:
    with ScriptedServer(silence) as server:
        planner = connect(server.url)
        planner.total_s = 0.2  # after the check, which would give up as well
        started = time.monotonic()
        asked = asyncio.to_thread(planner.invoke, "?") if way == "invoke" else planner.ainvoke("?")
        with pytest.raises(PlannerTimeoutError, match=r"0.2 s; raise VQA_TIMEOUT_S"):
            await asked
        assert time.monotonic() - started < 10  # the script is silent for 30: not a matter of speed
    assert len(server.requests) == 1, "a slow reply is not asked for again"


@pytest.mark.parametrize("trouble", [status(503), status(429), status(500), drop()])
@pytest.mark.parametrize("way", ["invoke", "ainvoke"])
async def test_each_way_of_asking_tries_again(trouble: Any, way: str) -> None:
    with ScriptedServer(trouble, trouble, reply("ok")) as server:
        planner = connect(server.url, backoff_s=0.001)
        if way == "invoke":
            message = await asyncio.to_thread(planner.invoke, "Hello")
        else:
            message = await planner.ainvoke("Hello")
    assert message.text == "ok"
    assert len(server.requests) == 3


def test_a_wait_that_the_server_asks_for_is_kept_to(ask: Any) -> None:
    with ScriptedServer(status(429, retry_after="0.001"), reply("ok")) as server:
        assert connect(server.url, backoff_s=1000).invoke("Hello").text == "ok"


@pytest.mark.parametrize("asked", ["3600", "soon"])
def test_a_wait_beyond_the_time_limit_is_not_begun(asked: str) -> None:
    with ScriptedServer(status(503, retry_after=asked)) as server:
        planner = connect(server.url, timeout_s=30, backoff_s=1000)
        with pytest.raises(PlannerError, match=r"503.*try again later"):
            planner.invoke("Hello")
    assert len(server.requests) == 1


def test_a_server_that_has_gone_says_so() -> None:
    with ScriptedServer(reply("ok")) as server:
        planner = connect(server.url, backoff_s=0.001)
    with pytest.raises(PlannerUnavailableError, match="cannot be reached"):
        planner.invoke("Hello")


def test_a_key_that_is_refused_later_says_so() -> None:
    with ScriptedServer(status(401)) as server:
        planner = connect(server.url)
        with pytest.raises(PlannerUnavailableError, match="VQA_PLANNER_API_KEY"):
            planner.invoke("Hello")


def test_a_stream_is_one_whole_message() -> None:
    with ScriptedServer(reply("Hello, 你好.")) as server:
        chunks = list(connect(server.url).stream("Hello"))
    assert [chunk.text for chunk in chunks if chunk.text] == ["Hello, 你好."]
    assert not server.requests[0].get("stream")


def test_an_answer_that_is_cut_off_is_not_an_answer(ask: Any) -> None:
    with ScriptedServer(LOOK, cut_off('{"abstain": "no", "short_an')) as server:
        answer = ask(server)
    assert answer.reason == "planner_failed"
    assert len(server.requests) == 3, "one repair turn"


def test_agents_and_loops_share_a_server(ask: Any) -> None:
    look_or_say = answering(lambda body: SAY if body["messages"][-1]["role"] == "tool" else LOOK)
    with ScriptedServer(look_or_say) as server:
        assert {ask(server).short_answer for _ in range(3)} == {"47"}
        planner = connect(server.url)
        for _ in range(2):
            assert asyncio.run(planner.ainvoke("Hello")).tool_calls


def test_an_error_that_is_sent_as_a_success_is_an_error(ask: Any) -> None:
    memory = "out of memory"
    with ScriptedServer(status(200, memory)) as server, pytest.raises(PlannerError, match=memory):
        ask(server)


def test_garbage_instead_of_a_completion_is_an_error(ask: Any) -> None:
    with ScriptedServer(garbage()) as server, pytest.raises(PlannerError, match="cannot be read"):
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


@pytest.mark.parametrize(
    ("step", "timeout_s", "says"),
    [
        (hang(), 0.2, "VQA_PLANNER_URL"),
        (trickle(), 0.2, "VQA_PLANNER_URL"),
        (drop(), 60, "VQA_PLANNER_URL"),
        (garbage(), 60, "OpenAI-compatible"),
        (status(503), 60, "not ready"),
        (status(418), 60, "OpenAI-compatible"),
    ],
)
def test_a_check_that_fails_says_why_and_in_time(step: Any, timeout_s: float, says: str) -> None:
    with (
        ScriptedServer(SAY, models_step=step) as server,
        pytest.raises(PlannerUnavailableError, match=says),
    ):
        connect(server.url, timeout_s=timeout_s)


def test_settings_choose_the_server() -> None:
    with ScriptedServer(SAY, models=["a", "b"], api_key="secret") as server:
        planner = make_planner(planner_url=server.url, planner_model="b", planner_api_key="secret")
        planner.invoke("Hello")
    assert server.requests[0]["model"] == "b"


def test_the_key_of_another_service_is_never_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "secret")
    with ScriptedServer(SAY, api_key="none") as server:
        with pytest.raises(PlannerUnavailableError, match="refuses the key"):
            connect(server.url)
        assert connect(server.url, api_key="none").invoke("Hello").text
