"""Requests that the service's own OpenAPI document allows, and others: none of them gives a 5xx.

    python -m pytest tests/server/test_fuzz.py -m "slow or not slow"

Every route that is in the document is asked; a new one need not be named here.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import partial
from typing import Any

import httpx
import pytest
import requests
import schemathesis
from anyio.from_thread import start_blocking_portal
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from langchain_core.messages import BaseMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from pydantic import Field
from schemathesis import APIOperation, Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
)

from agent import Settings, VisualAgent
from agent.cli.indexing import run_index
from agent.testing import ScriptedPlanner, answering
from server.app import create_app
from server.settings import ServerSettings
from tests.agent.test_visual_agent import measure_brightness
from tests.fakes.albums import photograph
from tests.server.conftest import serving
from tools.toolset import ToolConfig

CHECKS = [not_a_server_error, response_schema_conformance, content_type_conformance]
HERE = "http://127.0.0.1"
WORDS = (
    "\0", "%00", "..%2f..", "conv_0", "file_0", "turn_0", "' OR 1=1 --", "💥" * 300, "-1", "9" * 400,
)  # fmt: skip


@schemathesis.serializer("application/x-ndjson")
def as_lines(_context: Any, value: Any) -> bytes:
    """What a batch of lines holds, whatever it is."""
    lines = value if isinstance(value, str) else json.dumps(value)
    return lines.encode("utf-8", "replace")


class NeverKnows(ScriptedPlanner):
    """Says at once that it cannot tell, as often as it is asked."""

    responses: list[Any] = Field(default_factory=list)

    def _generate(self, messages: list[BaseMessage], *_args: Any, **_kwargs: Any) -> ChatResult:
        draft = answering("", abstain="could_not_look")
        return ChatResult(generations=[ChatGeneration(message=draft)])


@pytest.fixture(scope="module")
def send(tmp_path_factory) -> Iterator[Any]:
    """Sends a request to a service that stays open, and waits for what it answers."""
    folder = tmp_path_factory.mktemp("fuzzed")
    photograph(folder / "shop" / "red.png", "red")
    assert run_index([folder / "shop"], folder / "index", words=False) == 0
    service = ServerSettings(data_dir=folder, warm_up=False, index=folder / "index")
    agent = VisualAgent(
        Settings(tools=ToolConfig(offer=[])), NeverKnows(), tools=[measure_brightness]
    )
    with (
        agent,
        start_blocking_portal() as portal,
        portal.wrap_async_context_manager(serving(service, agent)) as client,
    ):

        def sending(case: Case) -> httpx.Response:
            prepared = requests.Request(**case.as_transport_kwargs(base_url=HERE)).prepare()
            asking = partial(
                client.request,
                prepared.method,
                str(prepared.url),
                content=prepared.body or b"",
                headers=dict(prepared.headers),
            )
            return portal.call(asking)

        yield sending


def operations() -> list[APIOperation]:
    document = create_app(ServerSettings(), object()).openapi()  # type: ignore[arg-type]
    schema = schemathesis.openapi.from_dict(document)
    return [result.ok() for result in schema.get_all_operations()]


OPERATIONS = operations()


def fuzzed(send: Any, examples: int) -> None:
    """Ask all operations, as the document wants it and otherwise."""
    chosen = st.sampled_from([(o, mode) for o in OPERATIONS for mode in GenerationMode])

    @settings(
        max_examples=examples,
        phases=[Phase.generate],
        database=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    @given(chosen.flatmap(lambda one: one[0].as_strategy(generation_mode=one[1])))
    def ask(case: Case) -> None:
        case.validate_response(send(case), checks=CHECKS)

    ask()


def test_no_request_gives_a_server_error(send) -> None:
    fuzzed(send, examples=60)


@pytest.mark.slow
def test_no_request_of_many_gives_a_server_error(send) -> None:
    fuzzed(send, examples=1000)


@pytest.mark.parametrize("word", WORDS, ids=range(len(WORDS)))
def test_no_word_in_a_path_gives_a_server_error(send, word: str) -> None:
    for operation in OPERATIONS:
        if "{" in operation.path:
            names = dict.fromkeys(re.findall(r"{(.+?)}", operation.path), word)
            case = operation.Case(path_parameters=names, method=operation.method.upper())
            case.validate_response(send(case), checks=CHECKS)
