"""`kill -9` between any two events: what was acknowledged is there, what was not leaves no trace."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from tests.server.conftest import data_url, png

NEVER = 10**9
QUESTION = "How bright is it?"


@contextmanager
def service(
    folder: Path, database_url: str, kill_at: int = NEVER
) -> Iterator[tuple[str, subprocess.Popen]]:
    words = ["-m", "tests.server.killed_service", folder / "data", database_url, str(kill_at)]
    with (folder / "log").open("a") as log:
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
    body = {"question": QUESTION, "pictures": [data_url(png(level))]}
    body |= {"conversation": conversation} if conversation else {}
    reply = httpx.post(f"{url}/v1/ask", json=body, timeout=60)
    assert reply.status_code == 200, reply.text
    answer: dict = reply.json()
    return answer


def turns_of(url: str, conversation: str) -> list[dict]:
    reply = httpx.get(f"{url}/v1/conversations/{conversation}", timeout=60)
    assert reply.status_code == 200, reply.text
    turns: list[dict] = reply.json()["turns"]
    return turns


def percent(level: int) -> str:
    return str(round(level / 255 * 100))


def test_what_was_acknowledged_survives_and_the_conversation_goes_on(tmp_path: Path) -> None:
    database = f"sqlite:///{tmp_path / 'data' / 'server.db'}"
    with service(tmp_path, database, kill_at=3) as (url, process):
        first = ask(url, 0)
        second = ask(url, 255, first["conversation"])
        with pytest.raises(httpx.TransportError):  # it dies while the third picture is looked at
            ask(url, 100, first["conversation"])
        assert process.wait() == -signal.SIGKILL
    with service(tmp_path, database) as (url, process):
        kept = turns_of(url, first["conversation"])
        assert [turn["id"] for turn in kept] == [first["turn"], second["turn"]]
        third = ask(url, 51, first["conversation"])
        process.kill()  # the moment that it is acknowledged
    assert (third["short_answer"], third["evidence"][0]["id"]) == ("20", "e3")
    with service(tmp_path, database) as (url, process):
        kept = turns_of(url, first["conversation"])
        assert [turn["answer"]["short_answer"] for turn in kept] == ["0", "100", "20"]
        process.terminate()
        assert process.wait() in (0, -signal.SIGTERM), (tmp_path / "log").read_text()
    assert not list((tmp_path / "data").rglob(".*")), "nothing is left half written"


@dataclass
class Client:
    """Asks in a conversation of its own, one new picture after the other, until nobody answers."""

    conversation: str
    is_streaming: bool
    levels: list[int] = field(default_factory=list)
    """Of the pictures of the turns that are there, and of the one that is being asked about."""
    acknowledged: list[str] = field(default_factory=list)
    trouble: list[object] = field(default_factory=list)

    @property
    def next_level(self) -> int:
        """Of a picture that is new to the conversation."""
        return len(self.levels) * 37 % 256

    def ask_on(self, url: str, told: threading.Semaphore) -> None:
        with httpx.Client(base_url=url, timeout=60) as http:
            while len(self.levels) < 40:  # a conversation has at most 50 pictures
                self.levels.append(self.next_level)
                body = {
                    "question": QUESTION,
                    "pictures": [data_url(png(self.levels[-1]))],
                    "conversation": self.conversation,
                }
                try:
                    self.acknowledged.append(self._asked(http, body)["turn"])
                    told.release()
                except httpx.TransportError:
                    return
                except Exception as error:
                    self.trouble.append(error)
                    return

    def _asked(self, http: httpx.Client, body: dict) -> dict:
        if not self.is_streaming:
            return http.post("/v1/ask", json=body).raise_for_status().json()
        headers = {"accept": "text/event-stream"}
        with http.stream("POST", "/v1/ask", json=body, headers=headers) as reply:
            named = ""
            for line in reply.iter_lines():
                named = line.removeprefix("event: ") if line.startswith("event: ") else named
                if named == "answered" and line.startswith("data: "):
                    return json.loads(line.removeprefix("data: "))
        raise httpx.RemoteProtocolError("the stream ended early")

    def check(self, url: str) -> None:
        """All that was acknowledged, at most one turn more, and no half of one."""
        assert self.trouble == []
        turns = turns_of(url, self.conversation)
        ids = [turn["id"] for turn in turns]
        assert ids[: len(self.acknowledged)] == self.acknowledged
        assert len(ids) - len(self.acknowledged) in (0, 1)
        for level, turn in zip(self.levels, turns, strict=False):
            assert turn["answer"]["short_answer"] == percent(level)
            assert len(turn["pictures"]) <= 1, "a picture that was there is not told of again"
        self.acknowledged, self.levels = ids, self.levels[: len(ids)]


def under_load_and_killed(
    folder: Path, database: str, clients: list[Client], chance: random.Random
) -> None:
    """All clients ask; after some answers, at any moment, the service is killed."""
    with service(folder, database) as (url, process):
        for client in clients:
            client.check(url)
        told = threading.Semaphore(0)
        asking = [threading.Thread(target=client.ask_on, args=(url, told)) for client in clients]
        for thread in asking:
            thread.start()
        for _ in range(chance.randint(len(clients), 3 * len(clients))):
            told.acquire(timeout=60)
        threading.Event().wait(chance.uniform(0, 0.1))
        process.kill()
        for thread in asking:
            thread.join()


def killed_again_and_again(folder: Path, database: str, users: int, times: int, seed: int) -> None:
    with service(folder, database) as (url, _process):
        begun = [httpx.post(f"{url}/v1/conversations", timeout=60).json() for _ in range(users)]
    clients = [Client(one["id"], is_streaming=i % 2 == 1) for i, one in enumerate(begun)]
    chance = random.Random(seed)
    for _ in range(times):
        under_load_and_killed(folder, database, clients, chance)
    with service(folder, database) as (url, _process):
        for client in clients:
            client.check(url)
            body = ask(url, client.next_level, client.conversation)
            assert body["short_answer"] == percent(client.next_level)
    assert sum(len(client.acknowledged) for client in clients) >= users * times


@pytest.mark.slow
def test_killed_again_and_again_under_load(tmp_path: Path, database_url: str) -> None:
    killed_again_and_again(tmp_path, database_url, users=8, times=5, seed=2)
