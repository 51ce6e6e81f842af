"""Planner turns by 1, 8 and 32 users on a real vLLM server, with and without its prefix cache.

    python -m benchmarks.serving [--users 1 8 32] [--json out.json] [--model NAME] [-- VLLM OPTIONS]

Turns are those of the recorded conversations (tests/data/planner), each asked once a server: only
what prompts really share can be cached. Two kinds: `ours`, the built-in weights as they are
asked (a compact prompt, the narrowed grammar, to the end of the turn), and `large`, what a large
model is sent (the whole system prompt, the tools' schemas, strict), cut after 64 tokens: for it
the small weights stand in, which is fair for timing and for nothing else. With `--model` that model
answers, and `ours` is left out. No tool runs: these are the language model's costs alone.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import os
import platform
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from langchain_core.messages import SystemMessage

from agent.loop.tool_schemas import answer_form
from agent.planners.conversation import messages_of
from agent.planners.server.chat_model import ServerChatModel
from agent.planners.server.connecting import connect
from agent.planners.server.families import OWN_WEIGHTS_NAME
from agent.serving import LanguageModelServer, build
from agent.serving.hardware import gpus
from prompts import render
from tests.vllm.conversations import Place, places

TURNS = {1: 24, 8: 64, 32: 128}
"""Turns that are asked at so many users; other numbers ask four each."""
LARGE_TOKENS = 64
PORT = 8157
CONTEXT = 8192
"""The built-in weights have learnt 2,048 tokens; the whole prompt is longer."""
TEMPLATE = (
    "{% if messages[0].role == 'system' %}{{ messages[0].content }}\n{% endif %}"
    "{% for tool in tools or [] %}{{ tool | tojson }}\n{% endfor %}"
    "{% for m in messages %}{% if m.role != 'system' %}<|im_start|>{{ m.role }}\n"
    "{{ m.content or '' }}{% for call in m.tool_calls or [] %}{{ call | tojson }}{% endfor %}"
    "<|im_end|>\n{% endif %}{% endfor %}<|im_start|>assistant\n"
)
"""For `large`: system prompt and schemas in full, as the templates of large models write them."""


@dataclass(frozen=True)
class Row:
    """What was measured at one number of users; times in milliseconds a turn."""

    kind: str
    prefix_caching: bool
    users: int
    turns: int
    turns_per_s: float
    p50_ms: float
    p99_ms: float
    prompt_tokens: float
    written_tokens_per_s: float


def percentile(times: list[float], share: float) -> float:
    """The smallest time that `share` of all do not exceed."""
    ordered = sorted(times)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


async def ask(planner: ServerChatModel, place: Place, *, large: bool) -> tuple[float, int, int]:
    """Milliseconds, tokens read and tokens written of one turn."""
    messages = messages_of(place.messages)
    if large:
        messages.insert(0, SystemMessage(render("system", sees=False)))
    bound = planner.bind_tools(place.tools, **answer_form())
    started = time.perf_counter()
    message = await bound.ainvoke(messages)
    elapsed_ms = (time.perf_counter() - started) * 1000
    usage = message.usage_metadata
    assert usage is not None
    return elapsed_ms, usage["input_tokens"], usage["output_tokens"]


async def load(
    planner: ServerChatModel, turns: Iterator[Place], users: int, *, large: bool
) -> tuple[float, list[tuple[float, int, int]]]:
    """Seconds, and what each turn took, with so many users who ask one turn after the other."""
    queue = list(itertools.islice(turns, TURNS.get(users, 4 * users)))
    queue.reverse()
    done: list[tuple[float, int, int]] = []

    async def user() -> None:
        while queue:
            done.append(await ask(planner, queue.pop(), large=large))

    started = time.perf_counter()
    await asyncio.gather(*(user() for _ in range(users)))
    return time.perf_counter() - started, done


def measure(
    server: LanguageModelServer, name: str, kinds: list[str], users: list[int], *, caching: bool
) -> Iterator[Row]:
    """A row for each kind and number of users."""
    for kind in kinds:
        large = kind == "large"
        asked = name if kind == "ours" or name != OWN_WEIGHTS_NAME else "large"
        planner = connect(
            server.command.url, asked, timeout_s=600, max_tokens=LARGE_TOKENS if large else None
        )
        if large and name == OWN_WEIGHTS_NAME:
            planner.extra_body = {"chat_template": TEMPLATE}
        turns = itertools.cycle(places())
        asyncio.run(load(planner, turns, 2, large=large))  # grammars, caches, connections
        for count in users:
            seconds, done = asyncio.run(load(planner, turns, count, large=large))
            times = [elapsed_ms for elapsed_ms, _, _ in done]
            yield Row(
                kind, caching, count, len(done),
                turns_per_s=round(len(done) / seconds, 2),
                p50_ms=round(percentile(times, 0.5)),
                p99_ms=round(percentile(times, 0.99)),
                prompt_tokens=round(statistics.mean(read for _, read, _ in done)),
                written_tokens_per_s=round(sum(wrote for _, _, wrote in done) / seconds, 1),
            )  # fmt: skip


def print_row(row: Row) -> None:
    """A row for a person; the first one brings the heading."""
    print(
        f"{row.kind:6} {'on' if row.prefix_caching else 'off':>8} {row.users:>6} {row.turns:>6} "
        f"{row.turns_per_s:>8.2f} {row.p50_ms:>8.0f} {row.p99_ms:>8.0f} {row.prompt_tokens:>8.0f} "
        f"{row.written_tokens_per_s:>9.1f}",
        flush=True,
    )


def gains(rows: list[Row]) -> Iterator[str]:
    """What the prefix cache is worth, in words: the ratios of this run."""
    for on in (row for row in rows if row.prefix_caching):
        off = next(r for r in rows if (r.kind, r.users) == (on.kind, on.users) and r is not on)
        yield (
            f"{on.kind}, {on.users} users: {on.turns_per_s / off.turns_per_s:.2f} times the turns, "
            f"{on.p50_ms / off.p50_ms:.2f} of the median latency"
        )


def main() -> int:
    """Start vLLM twice, measure, print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--users", type=int, nargs="+", default=[1, 8, 32])
    parser.add_argument("--model", help="serve this model instead of the built-in weights")
    parser.add_argument("--json", type=Path, help="write the figures here")
    parser.add_argument("extra", nargs="*", help="after --: anything that vLLM takes")
    given = parser.parse_args()
    rows: list[Row] = []
    print("kind    caching  users  turns  turns/s   p50 ms   p99 ms   prompt  tokens/s")
    for caching in (True, False):
        extra = ["--enable-prefix-caching" if caching else "--no-enable-prefix-caching"]
        if given.model is None:
            longer = json.dumps({"max_position_embeddings": CONTEXT})
            extra += ["--served-model-name", OWN_WEIGHTS_NAME, "large", "--hf-overrides", longer,
                      "--trust-request-chat-template"]  # fmt: skip
        command = build(given.model, gpus=gpus(), port=PORT, extra=[*extra, *given.extra])
        log = Path(tempfile.gettempdir()) / "vqa-agent-benchmark-vllm.log"
        kinds = ["large"] if given.model else ["ours", "large"]
        with LanguageModelServer(command, log) as server:
            measured = measure(server, command.served_name, kinds, given.users, caching=caching)
            for row in measured:
                print_row(row)
                rows.append(row)
    print(*gains(rows), sep="\n")
    if given.json:
        machine: dict[str, Any] = {"python": platform.python_version(), "cores": os.cpu_count()}
        results = {"machine": machine, "results": [asdict(row) for row in rows]}
        given.json.write_text(json.dumps(results, indent=2) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
