"""One real vLLM server for all tests of this folder; it serves the built-in weights on the CPU."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from agent import Settings, VisualAgent
from agent.planners.server.families import OWN_WEIGHTS_NAME
from agent.serving import LanguageModelServer, ServingError, build
from agent.serving.warmup import warm_up

EXAMPLES = Path(__file__).parents[2] / "examples"
PLAIN = "plain"
"""The same weights by a name that is not ours: asked as any other model."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.vllm)


def free_port() -> int:
    with socket.socket() as tried:
        tried.bind(("127.0.0.1", 0))
        return int(tried.getsockname()[1])


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LanguageModelServer]:
    log = tmp_path_factory.mktemp("vllm") / "vllm.log"
    try:
        command = build(port=free_port(), extra=["--served-model-name", OWN_WEIGHTS_NAME, PLAIN])
    except ServingError as error:
        pytest.fail(f"{error} (make test-vllm does both)")
    with LanguageModelServer(command, log, warm_up=warm_up) as running:
        yield running


@pytest.fixture(scope="session")
def in_process() -> Iterator[VisualAgent]:
    with VisualAgent(Settings()) as made:
        yield made


@pytest.fixture(scope="session")
def agent(server: LanguageModelServer) -> Iterator[VisualAgent]:
    settings = Settings(planner_url=server.command.url, planner_model=OWN_WEIGHTS_NAME)
    with VisualAgent(settings) as made:
        yield made
