"""Where a planner's server listens, and whether it is what was expected: asked once, at first.

`agent.planners.server.chat_model` asks it questions; how to start one is `agent.serving`'s.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import httpx

from agent.errors import PlannerUnavailableError
from agent.planners.threads import in_thread

DEFAULT_URL = "http://127.0.0.1:8000/v1"
"""Where `vqa-agent serve-llm` and `vllm serve` listen unless told otherwise."""
PASSING = frozenset({408, 409, 429, 500, 502, 503, 504, 529})
"""Statuses that another try may not have."""


@dataclass(frozen=True)
class Server:
    """An OpenAI-compatible server."""

    name: str
    """As the user wrote it."""
    url: str
    """`http://host:port/v1`; of a unix socket the host is a stand-in."""
    uds: Path | None = None
    api_key: str | None = field(default=None, repr=False)

    @classmethod
    def at(cls, url: str, api_key: str | None = None) -> Self:
        """The server at `http://host:8000/v1`, or behind the socket of `unix:/path`."""
        url = url.rstrip("/")
        if url.startswith("unix:"):
            path = Path(url.removeprefix("unix:").removeprefix("//")).expanduser()
            return cls(url, "http://localhost/v1", path, api_key)
        return cls(url, url, None, api_key)

    def models(self, timeout_s: float) -> dict[str, str]:
        """The models that it serves: the name of each, and what the server says that it is.

        That is the base model of an adapter, or the weights behind a name of somebody's choice;
        the name itself where nothing is said.

        Raises:
            PlannerUnavailableError: it does not answer in time, refuses the key, is not ready, or
                is something else; the message says what to do.
        """
        try:
            # In a thread: httpx counts its time-outs from byte to byte, and a server may trickle.
            response = in_thread(lambda: self._get("/models", timeout_s), timeout_s)
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError, OSError) as error:
            why = str(error) or f"nothing came in {timeout_s:g} s"
            raise PlannerUnavailableError(
                f"no planner answers at {self.name} ({why}); start one in another terminal "
                "(vqa-agent serve-llm, or vllm serve MODEL), or set VQA_PLANNER_URL to where one "
                "is (it ends in /v1, or is unix:/path), or use the built-in planner "
                "(VQA_PLANNER_URL=builtin)"
            ) from error
        self._check(response)
        try:
            response.raise_for_status()
            entries = {str(entry["id"]): entry for entry in response.json()["data"]}
            bases = {name: entries.get(e.get("parent"), e) for name, e in entries.items()}
            return {name: str(base.get("root") or base["id"]) for name, base in bases.items()}
        except (httpx.HTTPStatusError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise PlannerUnavailableError(
                f"{self.name}/models does not answer as an OpenAI-compatible server does ({error})"
            ) from error

    def _get(self, path: str, timeout_s: float) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.api_key}"} if self.api_key else {}
        if self.uds and not self.uds.exists():  # to try all the same would leak a socket (httpcore)
            raise FileNotFoundError(f"there is no socket {self.uds}")
        transport = httpx.HTTPTransport(uds=str(self.uds)) if self.uds else None
        with httpx.Client(transport=transport, timeout=timeout_s, headers=headers) as client:
            return client.get(f"{self.url}{path}")

    def _check(self, response: httpx.Response) -> None:
        code = response.status_code
        if code in {401, 403}:
            raise PlannerUnavailableError(f"{self.name} refuses the key; set VQA_PLANNER_API_KEY")
        if code == 404:
            raise PlannerUnavailableError(
                f"{self.name}/models does not exist; VQA_PLANNER_URL of a vLLM server ends in /v1"
            )
        if code in PASSING:
            raise PlannerUnavailableError(
                f"the planner at {self.name} is not ready ({code}); try again when it is"
            )
