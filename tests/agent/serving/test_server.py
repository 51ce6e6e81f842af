"""A server that is started is ready or says why not, and leaves nothing behind."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from agent.serving import Command, LanguageModelServer, ServingError
from agent.serving.errors import likely_cause
from agent.serving.server import stage_of
from agent.serving.warmup import warm_up
from tests.fakes import vllm


@pytest.fixture
def port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@pytest.fixture
def command(port: int, tmp_path: Path) -> Callable[..., Command]:
    def make(mode: str = "serve", *, uds: Path | None = None, served: str = "planner") -> Command:
        where = str(uds or port)
        return Command(
            words=(sys.executable, vllm.__file__, mode, where, str(tmp_path / "pids")),
            served_name=served,
            url=f"http://127.0.0.1:{port}/v1",
            environment={"FAKE_ASKED": str(tmp_path / "asked.json")},
            uds=uds,
        )

    return make


def pids(folder: Path) -> list[int]:
    return [int(pid) for pid in (folder / "pids").read_text().split()]


def is_running(pid: int) -> bool:
    try:
        return "zombie" not in Path(f"/proc/{pid}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):  # it ended, perhaps while it was looked at
        return False


def all_gone(numbers: list[int]) -> bool:
    for _ in range(600):
        if not any(map(is_running, numbers)):
            return True
        time.sleep(0.05)
    return False


def test_it_answers_when_it_is_entered_and_is_gone_when_it_is_left(command, tmp_path):
    stages: list[str] = []
    with LanguageModelServer(
        command(), tmp_path / "log", report=stages.append, warm_up=warm_up
    ) as server:
        running = [server.pid, *pids(tmp_path)]
        assert all(map(is_running, running))
        asked = json.loads((tmp_path / "asked.json").read_text())
    assert all_gone(running)
    assert stages[-1] == "answering a first request"
    assert asked["max_completion_tokens"] == 1
    assert all(tool["function"]["strict"] for tool in asked["tools"])
    assert asked["response_format"]["json_schema"]["strict"]
    assert "Initializing" in (tmp_path / "log").read_text()


def test_over_a_unix_socket(command, tmp_path):
    uds = tmp_path / "socket"
    with LanguageModelServer(command(uds=uds), tmp_path / "log", warm_up=warm_up):
        assert (tmp_path / "asked.json").exists()


@pytest.mark.parametrize(
    ("mode", "advice"),
    [
        ("memory", "smaller or quantised"),
        ("parser", "--tool-call-parser"),
        ("weights", "give their folder as --model"),
        ("odd", "it said last:"),
    ],
)
def test_a_failure_names_its_likely_cause(command, tmp_path, mode, advice):
    with pytest.raises(ServingError, match=advice) as raised:
        LanguageModelServer(command(mode), tmp_path / "log").__enter__()
    assert "exit code 1" in str(raised.value)
    assert str(tmp_path / "log") in str(raised.value)
    assert all_gone(pids(tmp_path))


def test_one_that_never_answers_is_ended(command, tmp_path):
    server = LanguageModelServer(command("hang"), tmp_path / "log", ready_s=4)
    with pytest.raises(ServingError, match=r"within 4 s .*starting the engine"):
        server.__enter__()
    assert all_gone(pids(tmp_path))


def test_another_model_than_the_one_that_was_asked_for_is_not_ready(command, tmp_path):
    server = LanguageModelServer(command(served="other"), tmp_path / "log", ready_s=1.5)
    with pytest.raises(ServingError, match="did not answer"):
        server.__enter__()


def test_a_taken_port_is_seen_before_anything_is_started(command, tmp_path, port):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", port))
        taken.listen()
        with pytest.raises(ServingError, match=f"port {port} is taken"):
            LanguageModelServer(command(), tmp_path / "log").__enter__()
    assert not (tmp_path / "pids").exists()


def test_flags_that_do_not_fit_are_found_by_the_first_request(command, tmp_path):
    made = command()
    refusing = Command(**{**vars(made), "words": (*made.words, "refuse")})
    with pytest.raises(ServingError, match="refuses a question with tools"):
        LanguageModelServer(refusing, tmp_path / "log", warm_up=warm_up).__enter__()
    assert all_gone(pids(tmp_path))


def test_one_that_dies_later_is_reported(command, tmp_path):
    with (
        LanguageModelServer(command("dies"), tmp_path / "log") as server,
        pytest.raises(ServingError, match="exit code 7"),
    ):
        server.wait()


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_nothing_outlives_whoever_started_it(command, tmp_path, number):
    made = command()
    program = (
        "import signal; from pathlib import Path; from agent.serving import *\n"
        # What runs in the background ignores it.
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        f"c = Command({made.words!r}, {made.served_name!r}, {made.url!r})\n"
        f"with LanguageModelServer(c, Path({str(tmp_path / 'log')!r})) as s:\n"
        "    print('ready', flush=True)\n"
        "    s.wait()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as starter:
        assert starter.stdout is not None
        assert starter.stdout.readline() == b"ready\n"
        running = pids(tmp_path)
        assert all(map(is_running, running))
        starter.send_signal(number)
    assert all_gone(running)


def test_what_a_log_says():
    assert stage_of("INFO Initializing a V1 LLM engine\nLoading safetensors") == (
        "loading the weights"
    )
    assert stage_of("nothing") is None
    assert likely_cause("OSError: [Errno 98] Address already in use") is not None
    assert likely_cause("all is well") is None
