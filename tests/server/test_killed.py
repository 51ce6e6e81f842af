"""`kill -9` between any two events: what was acknowledged is there, what was not leaves no trace."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.server.conftest import data_url, png

NEVER = 99


@contextmanager
def service(
    folder: Path, kill_at: int = NEVER, done: int = 0
) -> Iterator[tuple[str, subprocess.Popen]]:
    words = ["-m", "tests.server.killed_service", folder / "data", str(kill_at), str(done)]
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, *words], stdout=subprocess.PIPE, stderr=log, text=True
        )
    try:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        assert url, (folder / "log").read_text()
        yield url, process
    finally:
        process.kill()
        process.communicate()


def ask(url: str, level: int, conversation: str | None = None) -> dict:
    body = {"question": "How bright is it?", "pictures": [data_url(png(level))]}
    body |= {"conversation": conversation} if conversation else {}
    reply = httpx.post(f"{url}/v1/ask", json=body, timeout=60)
    assert reply.status_code == 200, reply.text
    answer: dict = reply.json()
    return answer


def test_what_was_acknowledged_survives_and_the_conversation_goes_on(tmp_path: Path) -> None:
    with service(tmp_path, kill_at=3) as (url, process):
        first = ask(url, 0)
        second = ask(url, 255, first["conversation"])
        with pytest.raises(httpx.TransportError):  # it dies while the third picture is looked at
            ask(url, 100, first["conversation"])
        assert process.wait() == -signal.SIGKILL
    with service(tmp_path, done=2) as (url, process):
        kept = httpx.get(f"{url}/v1/conversations/{first['conversation']}", timeout=60).json()
        assert [turn["id"] for turn in kept["turns"]] == [first["turn"], second["turn"]]
        third = ask(url, 51, first["conversation"])
        process.kill()  # the moment that it is acknowledged
    assert (third["short_answer"], third["evidence"][0]["id"]) == ("20", "e3")
    with service(tmp_path, done=3) as (url, process):
        kept = httpx.get(f"{url}/v1/conversations/{first['conversation']}", timeout=60).json()
        assert [turn["answer"]["short_answer"] for turn in kept["turns"]] == ["0", "100", "20"]
        process.terminate()
        assert process.wait() in (0, -signal.SIGTERM), (tmp_path / "log").read_text()
    assert not list((tmp_path / "data").rglob(".*")), "nothing is left half written"
