"""Real questions about real pictures, planned by a real vLLM server."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from itertools import takewhile
from pathlib import Path
from typing import Any

import pytest
from langchain_core.messages import BaseMessage
from langchain_core.outputs import ChatResult
from typer.testing import CliRunner

from agent import Settings, VisualAgent
from agent.answer import Draft
from agent.cli import app
from agent.errors import PlannerError
from agent.events import Answered, Planned, Sentence, ToolFinished, ToolStarted, Writing
from agent.loop.tool_schemas import answer_form
from agent.planners.conversation import messages_of
from agent.planners.server.chat_model import ServerChatModel
from agent.planners.server.connecting import connect
from agent.planners.server.families import OWN_WEIGHTS_NAME
from agent.planners.server.own_weights import OwnWeightsChatModel
from agent.serving import LanguageModelServer
from tests.vllm.conftest import EXAMPLES, PLAIN
from tests.vllm.conversations import places

RECEIPT, SIGN = str(EXAMPLES / "receipt.png"), str(EXAMPLES / "sign.png")
QUESTIONS = [
    ((RECEIPT,), "What is the company?", "BLUE HERON COFFEE LTD"),
    ((RECEIPT,), "公司是什么？", "BLUE HERON COFFEE LTD"),
    ((RECEIPT,), "What is the phone?", "+353 91 555 0142"),
    ((RECEIPT,), "What is the total?", "39.10"),
    ((RECEIPT,), "What is the email?", ""),
]
"""All but the total's are planned by the weights, not in code."""


@pytest.mark.parametrize(("pictures", "question", "short"), QUESTIONS)
def test_questions(
    agent: VisualAgent, in_process: VisualAgent, pictures: Any, question: str, short: str
) -> None:
    wanted = in_process.ask(*pictures, question)
    answer = agent.ask(*pictures, question)
    assert answer.short_answer == wanted.short_answer
    assert answer.answer == wanted.answer
    assert answer.planner["model"] == OWN_WEIGHTS_NAME
    if short:
        assert answer.short_answer == short
        assert answer.planner["calls"] == 2, "a call and an answer"
        assert all(claim.status == "supported" and claim.evidence for claim in answer.claims)


def test_the_command_line(server: LanguageModelServer) -> None:
    environment = {"VQA_PLANNER_URL": server.command.url, "VQA_PLANNER_MODEL": OWN_WEIGHTS_NAME}
    asked = ["ask", RECEIPT, "What is the total?"]
    as_json = CliRunner().invoke(app, [*asked, "--json"], env=environment)
    assert json.loads(as_json.stdout)["short_answer"] == "39.10"
    streamed = CliRunner().invoke(app, [*asked, "--stream"], env=environment)
    assert streamed.stdout.startswith("The total is EUR 39.10.\n")
    assert streamed.stdout.count("The total is") == 1
    assert "read_text(" in streamed.stderr
    assert f"{OWN_WEIGHTS_NAME} at {server.command.url}" in streamed.stdout


def test_an_answer_is_streamed(agent: VisualAgent) -> None:
    events = list(agent.stream(RECEIPT, "What is the company?"))
    kinds = [type(event) for event in events]
    assert kinds.count(Writing) > 2
    order = [kinds.index(k) for k in (ToolStarted, ToolFinished, Writing, Sentence, Answered)]
    assert order == sorted(order)
    assert [e.text for e in events if isinstance(e, Sentence)] == [
        claim.text for claim in events[-1].answer.claims
    ]


def test_two_pictures_are_looked_at_in_one_turn(agent: VisualAgent) -> None:
    answer = agent.ask(RECEIPT, SIGN, "Which one has more text?")
    first = next(m for m in answer.trace["messages"] if m["role"] == "assistant")
    assert [json.loads(c["function"]["arguments"])["picture"] for c in first["tool_calls"]] == [
        "img_1", "img_2",
    ]  # fmt: skip
    assert answer.planner["calls"] == 2


class Slip(OwnWeightsChatModel):
    """Spoils the server's first answer, so that there is something to repair."""

    slipped: bool = False

    async def _agenerate(
        self, messages: list[BaseMessage], stop: Any = None, run_manager: Any = None, **kw: Any
    ) -> ChatResult:
        result = await super()._agenerate(messages, stop, run_manager, **kw)
        message = result.generations[0].message
        if message.content and not self.slipped:
            self.slipped = True
            message.content = str(message.content).replace("{e1.value}", "12.34")
        return result


def test_a_slip_is_repaired(server: LanguageModelServer) -> None:
    planner = Slip(model_name=OWN_WEIGHTS_NAME, base_url=server.command.url, total_s=60)
    with VisualAgent(Settings(), planner=planner) as agent:
        answer = agent.ask(RECEIPT, "What is the company?")
    assert answer.planner["repairs"] == 1
    assert "12.34" in json.dumps(answer.trace["drafts"])
    assert "12.34" not in answer.answer


def test_sixteen_users_at_once(agent: VisualAgent) -> None:
    asked = [(pictures, question) for pictures, question, _ in QUESTIONS]
    alone = [agent.ask(*pictures, question).answer for pictures, question in asked]
    barrier = threading.Barrier(16)

    def user(number: int) -> str:
        pictures, question = asked[number % len(asked)]
        barrier.wait()
        return agent.ask(*pictures, question).answer

    with ThreadPoolExecutor(16) as users:
        answers = list(users.map(user, range(16)))
    assert answers == [alone[number % len(alone)] for number in range(16)]


def test_any_other_model_writes_calls_or_the_answer_and_nothing_else(
    server: LanguageModelServer,
) -> None:
    """Strict tools and the answer's schema make one grammar, which vLLM holds any model to."""

    planner = connect(server.command.url, PLAIN, max_tokens=256)
    assert type(planner) is ServerChatModel
    ended = 0
    for place in list(places())[:40]:
        bound = planner.bind_tools(place.tools, **answer_form())
        message = bound.invoke(messages_of(place.messages))
        assert not message.invalid_tool_calls
        known = {tool["function"]["name"] for tool in place.tools}
        assert {call["name"] for call in message.tool_calls} <= known
        if message.response_metadata["finish_reason"] != "length":
            ended += 1
            if not message.tool_calls:
                Draft.model_validate_json(message.text)
    assert ended > 20


def test_a_server_that_is_killed_in_the_middle_of_an_answer(tmp_path: Path) -> None:
    """`serve-llm` itself, on a unix socket; when its vLLM dies, it and the caller both say so."""
    socket, log = tmp_path / "planner.sock", tmp_path / "vllm.log"
    words = ["serve-llm", "--uds", str(socket), "--log", str(log), "--", "--enforce-eager"]
    with subprocess.Popen(
        [sys.executable, "-m", "agent.cli", *words],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    ) as serving:  # fmt: skip
        try:
            assert serving.stdout
            assert serving.stderr
            ready = serving.stdout.readline()
            assert f"unix:{socket}" in ready, serving.stderr.read()
            settings = Settings(planner_url=f"unix:{socket}", timeout_s=20)
            with VisualAgent(settings) as agent:
                assert agent.ask(RECEIPT, "What is the total?").short_answer == "39.10"
                events = agent.stream(RECEIPT, "What is the phone?")
                kinds = list(takewhile(lambda kind: kind is not Writing, map(type, events)))
                assert kinds == [Planned, ToolStarted, ToolFinished], "it is writing the answer now"
                (server,) = _servers(str(socket))
                os.kill(server, signal.SIGKILL)
                with pytest.raises(PlannerError, match=r"cannot be reached|answered 5"):
                    list(events)
            assert serving.wait(60) == 1
            assert "vLLM ended" in serving.stderr.read()
        finally:
            serving.terminate()
    assert _gone(server), "orphans of its group"


def _gone(group: int, within_s: float = 20) -> bool:
    """Whether all processes of a group end; those that only wait to be reaped have."""
    until = time.monotonic() + within_s
    while time.monotonic() < until:
        if not any(state != "Z" for state in _states(group)):
            return True
        time.sleep(0.1)
    return False


def _states(group: int) -> Iterator[str]:
    for entry in Path("/proc").iterdir():
        with suppress(OSError, ValueError):
            state, _, its_group, *_ = (entry / "stat").read_text().rpartition(")")[2].split()
            if int(its_group) == group:
                yield state


def _servers(argument: str) -> list[int]:
    """Ids of vLLM's servers that were started with that argument; not of their guards."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                words = (entry / "cmdline").read_bytes().split(b"\0")
            except OSError:
                continue
            if argument.encode() in words and words[2] == b"vllm.entrypoints.openai.api_server":
                found.append(int(entry.name))
    return found
