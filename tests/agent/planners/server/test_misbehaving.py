"""Servers that misbehave: each way of it has one outcome. Refusals and silence: the file beside."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from agent import Settings, VisualAgent
from agent.answer import Answer
from agent.errors import PlannerError, PlannerUnavailableError
from agent.events import Answered, Event, Sentence, ToolStarted, Writing
from agent.planners.fallback import FallbackChatModel
from agent.planners.server.chat_model import ServerChatModel
from agent.planners.server.connecting import connect
from tests.agent.test_visual_agent import measure_brightness
from tests.fakes.openai_server import (
    ScriptedServer,
    Step,
    answering,
    broken_call,
    calls,
    cut_off,
    dies_after,
    draft,
    drop,
    hang,
    reply,
    status,
)
from tools.toolset import ToolConfig

GREY = np.full((60, 80, 3), 120, np.uint8)
LOOK = calls(("measure_brightness", {"picture": "img_1"}))
SENTENCE = "It is {e1.value} percent bright [e1]."
SAY = draft(SENTENCE, "{e1.value}")
BEGUN = '{"abstain": "no", "short_answer": "{e1.value}", "answer": "It is {e1.value} percent br'


@pytest.fixture
def made() -> Iterator[Any]:
    agents: list[VisualAgent] = []

    def make(url: str, **settings: Any) -> VisualAgent:
        config = Settings(planner_url=url, tools=ToolConfig(offer=[]), **settings)
        agents.append(VisualAgent(config, tools=[measure_brightness]))
        return agents[-1]

    yield make
    for agent in agents:
        agent.close()


def ask(agent: VisualAgent) -> Answer:
    return agent.ask(GREY, "How bright is it?")


@pytest.mark.parametrize(
    "arguments",
    ['{"picture": "img_1"', "[1, 2]", '"img_1"', "{'picture': 'img_1'}"],
)
def test_arguments_that_are_no_json_object_are_repaired(made: Any, arguments: str) -> None:
    with ScriptedServer(broken_call("measure_brightness", arguments), LOOK, SAY) as server:
        answer = ask(made(server.url))
    assert answer.short_answer == "47"
    assert answer.planner["repairs"] == 1
    sent = server.requests[1]["messages"]
    assert "no JSON object" in sent[-1]["content"]
    assert not any(m.get("tool_calls") for m in sent), "no server takes an unreadable call back"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ('{"picture": "img_9"}', "there is no picture"),
        ("", "picture"),
        ("null", "picture"),
        ('{"image": 1}', "picture"),
    ],
)
def test_wrong_arguments_go_back_as_the_tools_error(made: Any, arguments: str, says: str) -> None:
    with ScriptedServer(broken_call("measure_brightness", arguments), LOOK, SAY) as server:
        answer = ask(made(server.url))
    assert answer.short_answer == "47"
    said = server.requests[1]["messages"][-1]["content"]
    assert said.startswith("error: ")
    assert says in said


def test_an_unknown_tool_goes_back_with_the_names_of_the_known(made: Any) -> None:
    with ScriptedServer(calls(("look_harder", {})), LOOK, SAY) as server:
        answer = ask(made(server.url))
    assert answer.short_answer == "47"
    said = server.requests[1]["messages"][-1]["content"]
    assert "there is no tool 'look_harder'; the tools are measure_brightness" in said


@pytest.mark.parametrize("nothing", [reply(""), reply("   "), reply("I think it is grey.")])
def test_no_answer_is_asked_for_once_more(made: Any, nothing: Step) -> None:
    with ScriptedServer(LOOK, nothing, SAY) as server:
        answer = ask(made(server.url))
    assert answer.short_answer == "47"
    assert answer.planner["repairs"] == 1


@pytest.mark.parametrize("fence", ["```json\n%s\n```", "```\n%s\n```\n", " ```json %s```"])
def test_an_answer_in_a_code_block_is_an_answer(made: Any, fence: str) -> None:
    said = {"abstain": "no", "short_answer": "{e1.value}", "answer": SENTENCE}
    with ScriptedServer(LOOK, reply(fence % json.dumps(said))) as server:
        answer = ask(made(server.url))
    assert answer.short_answer == "47"
    assert answer.planner["repairs"] == 0
    assert json.loads(answer.trace["messages"][-1]["content"]) == said


def test_endless_repetition_ends_at_the_token_limit_and_abstains(made: Any) -> None:
    endless = cut_off('{"abstain": "no", "short_answer": "' + "grey " * 500)
    with ScriptedServer(LOOK, endless) as server:
        answer = ask(made(server.url, planner_max_tokens=64))
    assert answer.reason == "planner_failed"
    assert "VQA_PLANNER_MAX_TOKENS" in answer.answer
    assert len(server.requests) == 3
    assert {r["max_completion_tokens"] for r in server.requests} == {64}


def test_endless_tool_calls_end_at_the_budget(made: Any) -> None:
    with ScriptedServer(LOOK) as server:
        answer = ask(made(server.url, max_model_calls=4))
    assert answer.abstained
    assert len(server.requests) == 4
    assert "tools" not in server.requests[-1], "the last one has to be an answer"


@pytest.mark.parametrize("begun", ["", BEGUN, "{"])
def test_a_stream_that_breaks_is_asked_for_whole(made: Any, begun: str) -> None:
    with ScriptedServer(LOOK, dies_after(begun), SAY) as server:
        *_, last = made(server.url).stream(GREY, "How bright is it?")
    assert last.answer.short_answer == "47"
    assert [bool(r.get("stream")) for r in server.requests] == [False, True, False]


def test_a_server_that_dies_in_the_middle_of_an_answer_ends_in_an_error(made: Any) -> None:
    with ScriptedServer(LOOK, dies_after(BEGUN), drop()) as server:
        seen: list[Event] = []
        with pytest.raises(PlannerUnavailableError, match="cannot be reached"):
            seen.extend(made(server.url).stream(GREY, "How bright is it?"))
    assert not {Answered, Sentence} & {type(event) for event in seen}, "half a sentence is not said"


def test_words_are_shown_while_they_come_and_sentences_said_when_they_are_checked(
    made: Any,
) -> None:
    two = draft(f"{SENTENCE} It is {{e1.value}} percent, again [e1].", "{e1.value}")
    with ScriptedServer(LOOK, two) as server:
        events = list(made(server.url).stream(GREY, "How bright is it?"))
    said = [e.text for e in events if isinstance(e, Sentence)]
    assert said == ["It is 47 percent bright.", "It is 47 percent, again."]
    assert " ".join(said) == events[-1].answer.answer
    shown = [e.text for e in events if isinstance(e, Writing)]
    assert len(shown) > 4
    assert all("{" not in words and "[" not in words for words in shown)
    kinds = [type(e) for e in events]
    assert kinds.index(ToolStarted) < kinds.index(Writing) < kinds.index(Sentence)


def test_a_sentence_that_the_evidence_does_not_carry_is_never_said(made: Any) -> None:
    wrong = draft("It is 99 percent bright [e1].", "99")
    with ScriptedServer(LOOK, wrong, SAY) as server:
        events = list(made(server.url).stream(GREY, "How bright is it?"))
    said = [e.text for e in events if isinstance(e, Sentence)]
    assert said == ["It is 47 percent bright."]


@pytest.mark.parametrize("trouble", [drop(), status(503), status(500), status(400)])
def test_a_second_planner_stands_in(made: Any, trouble: Step) -> None:
    with ScriptedServer(trouble) as first, ScriptedServer(LOOK, SAY) as second:
        answer = ask(made(first.url, planner_fallback=second.url))
    assert answer.short_answer == "47"
    assert answer.planner["url"] == first.url
    assert answer.planner["stood_in"] == second.url
    assert first.url in answer.planner["because"]


def test_a_second_planner_finishes_what_the_first_began(made: Any) -> None:
    with ScriptedServer(LOOK, dies_after(BEGUN), drop()) as first, ScriptedServer(SAY) as second:
        *_, last = made(first.url, planner_fallback=second.url).stream(GREY, "How bright is it?")
    assert last.answer.short_answer == "47"
    assert [m["role"] for m in second.requests[0]["messages"]] == [
        "system", "user", "assistant", "tool",
    ]  # fmt: skip


def test_a_planner_that_was_away_is_not_waited_for_again_at_once(made: Any) -> None:
    say_or_look = answering(lambda body: SAY if body["messages"][-1]["role"] == "tool" else LOOK)
    with ScriptedServer(hang()) as first, ScriptedServer(say_or_look) as second:

        def soon_given_up() -> ServerChatModel:
            planner = connect(first.url)
            planner.total_s = 0.1  # of a call; the check before it, and the second, take their time
            return planner

        planner = FallbackChatModel(
            make_primary=soon_given_up, make_fallback=lambda: connect(second.url), pause_s=3600
        )
        with VisualAgent(
            Settings(tools=ToolConfig(offer=[])), planner, tools=[measure_brightness]
        ) as agent:
            answers = [ask(agent) for _ in range(3)]
    assert {a.short_answer for a in answers} == {"47"}
    assert len(first.requests) == 1, "one time-out, not one for each call"


def test_an_unreachable_server_and_the_built_in_planner(
    made: Any, tmp_path_factory: pytest.TempPathFactory
) -> None:
    from tests.fakes.tiny_planner import make_tiny_planner

    weights = make_tiny_planner(tmp_path_factory.mktemp("planner"), seed=3)
    agent = made("http://127.0.0.1:9/v1", planner_fallback="builtin", planner_path=weights)
    answer = ask(agent)
    assert answer.planner["stood_in"] == "builtin"
    assert "http://127.0.0.1:9/v1" in answer.planner["because"]


def test_both_planners_away_is_an_error(made: Any) -> None:
    agent = made("http://127.0.0.1:9/v1", planner_fallback="http://127.0.0.1:10/v1")
    with pytest.raises(PlannerUnavailableError, match=r"127\.0\.0\.1:10"):
        ask(agent)


def test_a_bad_answer_is_no_reason_to_ask_another_planner(made: Any) -> None:
    with ScriptedServer(LOOK, reply("no")) as first, ScriptedServer(SAY) as second:
        answer = ask(made(first.url, planner_fallback=second.url))
    assert answer.reason == "unsupported"
    assert not second.requests


def test_a_silent_server_keeps_nobody_longer_than_the_time_limit(made: Any) -> None:
    with ScriptedServer(LOOK, hang()) as server:
        agent = made(server.url, timeout_s=0.5)
        started = time.monotonic()
        with pytest.raises(PlannerError, match=r"0\.5 s"):
            ask(agent)
        assert time.monotonic() - started < 15  # the script is silent for 30: not a matter of speed


def test_a_unix_socket(made: Any, tmp_path: Path) -> None:
    with ScriptedServer(LOOK, SAY, uds=tmp_path / "s"):
        answer = ask(made(f"unix:{tmp_path}/s"))
        *_, last = made(f"unix:{tmp_path}/s").stream(GREY, "How bright is it?")
    assert answer.short_answer == "47"
    assert answer.planner["url"] == f"unix:{tmp_path}/s"
    assert last.answer.abstained, "the script's last step was an answer without a look"
    (tmp_path / "s").unlink()
    with pytest.raises(PlannerUnavailableError, match="there is no socket"):
        ask(made(f"unix:{tmp_path}/s"))


@pytest.mark.parametrize(("model", "parallel"), [("Llama-3.3-70B", False), ("Qwen3-8B", None)])
def test_a_family_without_parallel_calls_is_asked_for_one(
    made: Any, model: str, parallel: bool | None
) -> None:
    with ScriptedServer(LOOK, SAY, models=[model]) as server:
        ask(made(server.url))
    assert server.requests[0].get("parallel_tool_calls") is parallel


GEMMA, QWEN = {"root": "google/gemma-4-12B-it"}, {"root": "/models/Qwen3-8B"}


@pytest.mark.parametrize(
    ("models", "held"),
    [
        ({"mine": GEMMA}, False),
        ({"mine": QWEN}, True),
        ({"base": GEMMA, "mine": {"root": "adapters/qwen3", "parent": "base"}}, False),
        ({"base": QWEN, "mine": {"root": "adapters/gemma-4", "parent": "base"}}, True),
        ({"google/gemma-4-12B-it": {}}, False),
    ],
)
def test_an_answer_form_that_would_forbid_calls_is_asked_for_when_there_are_no_tools(
    made: Any, models: dict[str, Any], held: bool
) -> None:
    with ScriptedServer(LOOK, SAY, models=models) as server:
        agent = made(server.url, planner_model=list(models)[-1], max_model_calls=2)
        assert ask(agent).short_answer == "47"
    looking, answering_now = server.requests
    assert ("response_format" in looking) is held
    assert looking["tools"]
    assert "response_format" in answering_now, "the last permitted call offers no tools"
    assert "tools" not in answering_now


@pytest.mark.parametrize(("model", "strict"), [("Qwen3-8B", False), ("gemma-4-12B-it", True)])
def test_who_knows_the_server_better_says_so(made: Any, model: str, strict: bool) -> None:
    with ScriptedServer(LOOK, SAY, models=[model]) as server:
        ask(made(server.url, planner_strict=strict))
    assert [("response_format" in request) for request in server.requests] == [strict, strict]


def test_the_gpu_profile_looks_for_the_server_of_serve_llm() -> None:
    assert Settings(profile="gpu").planner_url == "http://127.0.0.1:8000/v1"
    assert Settings(profile="gpu", planner_url="builtin").planner_url is None
    assert Settings(profile="gpu", planner_path=Path("x")).planner_url is None
    assert Settings(profile="cpu").planner_url is None
    assert Settings(profile="gpu", planner_url="http://a/v1").planner_url == "http://a/v1"


def test_a_planner_that_sees_gets_each_picture_once(made: Any) -> None:
    say_or_look = answering(lambda body: SAY if body["messages"][-1]["role"] == "tool" else LOOK)
    with ScriptedServer(say_or_look) as server:
        session = made(server.url, planner_sees=True).session(GREY)
        first = session.ask("How bright is it?")
        session.add(np.zeros((2000, 3000, 3), np.uint8))
        session.ask("And the other?")
    shown = [_pictures(m) for m in server.requests[-1]["messages"]]
    assert [len(p) for p in shown if p] == [1, 1], "the new one with the question that brings it"
    assert max(_size(shown[-3][0] if shown[-3] else [p for p in shown if p][-1][0])) <= 1024
    assert "You see them" in server.requests[0]["messages"][0]["content"]
    assert server.requests[0]["messages"][:2] == server.requests[-1]["messages"][:2]
    assert "base64" not in json.dumps(first.trace, default=str)


def test_what_a_planner_sees_is_no_evidence(made: Any) -> None:
    with ScriptedServer(draft("It is grey.", "grey")) as server:
        answer = ask(made(server.url, planner_sees=True))
    assert answer.reason == "unsupported"


def _pictures(message: dict[str, Any]) -> list[str]:
    content = message.get("content")
    parts = content if isinstance(content, list) else []
    return [part["image_url"]["url"] for part in parts if part["type"] == "image_url"]


def _size(url: str) -> tuple[int, int]:
    import base64
    import io

    from PIL import Image

    return Image.open(io.BytesIO(base64.b64decode(url.partition(",")[2]))).size
