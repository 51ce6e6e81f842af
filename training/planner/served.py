"""A planner that vLLM serves, to be measured as one in the process is: by what it writes alone."""

from __future__ import annotations

import argparse
from pathlib import Path

import httpx

from agent.errors import PlannerOutputError
from agent.planners.builtin.decoding import Completion, Decoder, Form
from agent.planners.builtin.grammar import CALL_ARGUMENTS, CALL_BEGIN, CALL_END, CALL_SEPARATOR
from agent.planners.conversation import Turn
from agent.planners.server.families import OWN_WEIGHTS_NAME
from agent.planners.server.own_weights import request

ROOT = Path(__file__).resolve().parents[2]
TIMEOUT_S = 600.0
"""For one message: others are written at the same time, on what may be a CPU."""


class Served:
    """Weights that a server has by the name of ours, asked as `OwnWeightsChatModel` asks them.

    Args:
        url: `http://host:port/v1`.
    """

    def __init__(self, url: str) -> None:
        self._url = f"{url}/chat/completions"

    def complete(self, messages: list[Turn], form: Form, max_new_tokens: int) -> Completion:
        """What `Decoder.complete` gives, of weights on the server.

        Raises:
            PlannerOutputError: no end within `max_new_tokens`.
            httpx.HTTPError: no answer, or a refusal.
        """
        asked = request(OWN_WEIGHTS_NAME, messages, form) | {"max_tokens": max_new_tokens}
        reply = httpx.post(self._url, json=asked, timeout=TIMEOUT_S).raise_for_status().json()
        choice, usage = reply["choices"][0], reply["usage"]
        if choice["finish_reason"] == "length":
            raise PlannerOutputError(f"no end within {max_new_tokens} tokens")
        calls = [call["function"] for call in choice["message"].get("tool_calls") or ()]
        text = CALL_SEPARATOR.join(
            f'{CALL_BEGIN}"{call["name"]}"{CALL_ARGUMENTS}{call["arguments"]}{CALL_END}'
            for call in calls
        )
        return Completion(
            text or choice["message"]["content"], usage["prompt_tokens"], usage["completion_tokens"]
        )


def add_options(parser: argparse.ArgumentParser) -> None:
    """Which planner is measured: a folder, or `--url`."""
    parser.add_argument("folder", type=Path, nargs="?", default=ROOT / "models" / "planner")
    parser.add_argument(
        "--url", help=f"of a server that has {OWN_WEIGHTS_NAME}: http://host:port/v1"
    )


def planner_of(options: argparse.Namespace) -> Decoder | Served:
    """The planner that these options name."""
    return Served(options.url) if options.url else Decoder(options.folder)
