"""A vLLM server as a context manager: started, really ready, and gone when it is left.

Its log goes to a file; what it is doing is told to whoever wants to show it. It never outlives
this process (`guard`).
"""

from __future__ import annotations

import errno
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

import httpx

from agent.serving import guard
from agent.serving.command import Command
from agent.serving.errors import ServingError, likely_cause

READY_S = 1800.0
"""The longest wait: a first start fetches the weights."""
POLL_S = 0.25
TAIL = 16_000
"""Characters at the end of a log that are searched for the cause of a failure."""
STAGES = (
    (r"Application startup complete|Starting vLLM API server|Uvicorn running", "opening the port"),
    (r"Capturing CUDA graphs|Graph capturing|Warming up model", "warming up"),
    (r"torch\.compile takes|Compiling a graph|Dynamo bytecode", "compiling"),
    (r"KV cache size|GPU KV cache|CPU KV cache|# (?:GPU|CPU) blocks", "sizing the cache"),
    (r"Loading weights took|Loading safetensors|Starting to load model", "loading the weights"),
    (r"Downloading|Fetching \d+ files|Time spent downloading", "fetching the weights"),
    (r"Initializing a V\d+ LLM engine|Resolved architecture", "starting the engine"),
)
"""What lines of vLLM's log mean, the last stage first."""

Report = Callable[[str], None]


class LanguageModelServer:
    """Runs a command; `with` gives it back when it answers.

    Args:
        command: what `agent.serving.build` made.
        log: the file that takes vLLM's output; what was in it is lost.
        report: told of each new stage of the start.
        warm_up: called before it counts as ready: vLLM compiles a grammar for each set of tools
            when it first sees one.
        ready_s: seconds until it must answer.

    Raises (on entering):
        ServingError: it ended or did not answer in time; the message names the likely cause.
    """

    def __init__(
        self,
        command: Command,
        log: Path,
        *,
        report: Report = lambda _stage: None,
        warm_up: Callable[[Command], None] = lambda _command: None,
        ready_s: float = READY_S,
    ) -> None:
        self.command = command
        self.log = log
        self._report = report
        self._warm_up = warm_up
        self._ready_s = ready_s
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """The process id of vLLM's guard, which is the parent of vLLM."""
        assert self._process is not None
        return self._process.pid

    def __enter__(self) -> Self:
        _check_free(self.command)
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("wb") as output:
            self._process = subprocess.Popen(  # noqa: S603
                [sys.executable, guard.__file__, *self.command.words],
                stdin=subprocess.PIPE, stdout=output, stderr=subprocess.STDOUT,
                env={**os.environ, **self.command.environment, **self.command.secret},
                start_new_session=True,
            )  # fmt: skip
        try:
            self._wait()
            self._report("answering a first request")
            self._warm_up(self.command)
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def wait(self) -> None:
        """Until it ends by itself, which is an error.

        Raises:
            ServingError: always, when it has ended.
        """
        assert self._process is not None
        self._process.wait()
        raise self._ended()

    def stop(self) -> None:
        """End it and all its processes; returns when they are gone."""
        if self._process is None or self._process.stdin is None:
            return
        self._process.stdin.close()
        try:
            self._process.wait(guard.GRACE_S + 5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _wait(self) -> None:
        assert self._process is not None
        started, stage = time.monotonic(), ""
        with client_of(self.command) as client:
            while not _answers(client, self.command):
                if self._process.poll() is not None:
                    raise self._ended()
                if time.monotonic() - started > self._ready_s:
                    raise ServingError(
                        f"vLLM did not answer within {self._ready_s:g} s (it was "
                        f"{stage or 'starting'}); its log is {self.log}"
                    )
                now = stage_of(self._tail())
                if now and now != stage:
                    stage = now
                    self._report(stage)
                time.sleep(POLL_S)

    def _tail(self) -> str:
        with self.log.open("rb") as written:
            written.seek(max(0, self.log.stat().st_size - TAIL))
            return written.read().decode(errors="replace")

    def _ended(self) -> ServingError:
        assert self._process is not None
        tail = self._tail()
        cause = likely_cause(tail)
        last = "\n".join(line for line in tail.splitlines()[-6:] if line.strip())
        why = f"most likely {cause}" if cause else f"it said last:\n{last}"
        return ServingError(
            f"vLLM ended (exit code {self._process.returncode}); {why}\nIts log is {self.log}"
        )


def client_of(command: Command, timeout_s: float = 5.0) -> httpx.Client:
    """A client whose requests reach the server, over its unix socket if it has one."""
    transport = httpx.HTTPTransport(uds=str(command.uds)) if command.uds else None
    key = command.secret.get("VLLM_API_KEY")
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    return httpx.Client(
        base_url=command.url.removesuffix("/v1"),
        transport=transport,
        headers=headers,
        timeout=timeout_s,
    )


def stage_of(log: str) -> str | None:
    """What vLLM is doing, by the last lines of its log."""
    return next((stage for pattern, stage in STAGES if re.search(pattern, log)), None)


def _answers(client: httpx.Client, command: Command) -> bool:
    """Whether it is healthy and serves the model."""
    if command.uds is not None and not command.uds.exists():
        return False  # to try all the same would leak a socket each time (httpcore 1.0)
    try:
        if not client.get("/health").is_success:
            return False
        served = client.get("/v1/models")
        return served.is_success and command.served_name in {m["id"] for m in served.json()["data"]}
    except (httpx.HTTPError, ValueError, KeyError, TypeError):
        return False


def _check_free(command: Command) -> None:
    """Raises:
    ServingError: something listens there already.
    """
    if command.uds is not None:
        if command.uds.exists():
            raise ServingError(
                f"{command.uds} exists already: end what listens there, or delete it"
            )
        return
    at = httpx.URL(command.url)
    with socket.socket() as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind((at.host, at.port or 80))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise ServingError(
                    f"port {at.port} is taken: choose another with --port, or end what listens "
                    "there"
                ) from error
            raise ServingError(f"cannot listen on {at.host}:{at.port}: {error}") from error
