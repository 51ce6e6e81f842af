"""What the agent itself costs: one-tool questions to an instant scripted server, side by side.

    python -m benchmarks.overhead [--rounds 200] [--json out.json] [--goal 1.3]

Every contestant asks the same server (a process of its own, standing in for vLLM) the same
question, runs the same tool on the same pixels (new ones each round, so that no cache answers) and
gets an answer after two requests. They take turns in an order of chance, so that a busy machine,
and whoever comes before, slow all of them alike.
`make bench-peers` runs it in an environment that has the other frameworks, too; without them
they are left out, and the table says so. Times are wall-clock milliseconds a question.
"""

from __future__ import annotations

import argparse
import importlib.util
import itertools
import json
import logging
import os
import platform
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import numpy as np

QUESTION = "How bright is it?"
SYSTEM = "You answer questions about pictures by calling tools."
SAID = "It is 47 percent bright."
DRAFT = {
    "abstain": "no",
    "short_answer": "{e1.value}",
    "answer": "It is {e1.value} percent bright [e1].",
}
OURS, BARE = "vqa-agent", "create_agent"

Pixels = np.ndarray[Any, np.dtype[np.uint8]]
Ask = Callable[[Pixels], str]


def brightness(pixels: Pixels) -> int:
    """The tool that everybody calls: 0 (black) to 100 (white)."""
    return round(float(pixels.mean()) / 255 * 100)


def scripted() -> Any:
    """The scripted server: a call of the first tool, then an answer."""
    from tests.fakes.openai_server import ScriptedServer, answering, calls, reply

    def choose(body: dict[str, Any]) -> Any:
        names = [tool["function"]["name"] for tool in body["tools"]]
        last = body["messages"][-1]
        if last["role"] != "tool" and "47 percent" not in str(last["content"]):
            return calls((names[0], {"picture": "img_1"}))
        if "final_answer" in names:
            return calls(("final_answer", {"answer": SAID}))
        return reply(json.dumps(DRAFT) if "response_format" in body else SAID)

    return ScriptedServer(answering(choose))


def serve() -> None:
    """The server as a process of its own, until stdin closes."""
    with scripted() as server:
        print(server.url, flush=True)
        sys.stdin.read()


@contextmanager
def server_process() -> Iterator[str]:
    """The server in a process of its own; yields its URL."""
    command = [sys.executable, "-m", "benchmarks.overhead", "--serve"]
    with subprocess.Popen(  # noqa: S603 - this very file
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        try:
            yield process.stdout.readline().strip()
        finally:
            process.stdin.close()


def vqa_agent(url: str, stack: ExitStack) -> Ask:
    """This project, as a person uses it: picture store, ledger, evidence check and all."""
    from agent import Settings, VisualAgent
    from tools import Finding, Picture, ToolReport, vision_tool
    from tools.toolset import ToolConfig

    def measure_brightness(picture: Picture) -> ToolReport:
        """Measure how bright a picture is, from 0 (black) to 100 (white)."""
        value = brightness(picture.pixels)
        found = Finding(
            picture=picture.ref, label="brightness", value=value, value_type="number", score=1
        )
        return ToolReport(summary=f"measure_brightness {picture.ref.id}", findings=(found,))

    measure_brightness.__annotations__ |= {"picture": Picture, "return": ToolReport}
    agent = stack.enter_context(
        VisualAgent(
            Settings(planner_url=url, tools=ToolConfig(offer=[])),
            tools=[vision_tool(measure_brightness)],
        )
    )
    blanks = itertools.count()  # so that no cache knows the question
    return lambda pixels: agent.ask(pixels, QUESTION + next(blanks) * " ").answer


def bare_create_agent(url: str, stack: ExitStack) -> Ask:  # noqa: ARG001
    """LangChain's loop with nothing around it."""
    from langchain.agents import create_agent
    from langchain.tools import tool
    from langchain_openai import ChatOpenAI
    from pydantic import SecretStr

    held: dict[str, Pixels] = {}

    @tool
    def measure_brightness(picture: str) -> str:
        """Measure how bright a picture is, from 0 (black) to 100 (white)."""
        return f"{brightness(held[picture])} percent"

    model = ChatOpenAI(model="scripted", base_url=url, api_key=SecretStr("none"), temperature=0)
    agent: Any = create_agent(model, [measure_brightness], system_prompt=SYSTEM)

    def ask(pixels: Pixels) -> str:
        held["img_1"] = pixels
        prompt = {"role": "user", "content": f"Pictures: img_1\nQuestion: {QUESTION}"}
        return str(agent.invoke({"messages": [prompt]})["messages"][-1].text)

    return ask


def raw_client(url: str, stack: ExitStack) -> Ask:
    """The least that anybody can do: the OpenAI client in a loop."""
    import openai

    client = stack.enter_context(openai.OpenAI(base_url=url, api_key="none"))
    parameters = {
        "type": "object",
        "properties": {"picture": {"type": "string"}},
        "required": ["picture"],
    }
    function = {
        "name": "measure_brightness",
        "description": "Measure how bright a picture is, from 0 (black) to 100 (white).",
        "parameters": parameters,
    }
    create: Any = client.chat.completions.create

    def ask(pixels: Pixels) -> str:
        held = {"img_1": pixels}
        user = {"role": "user", "content": f"Pictures: img_1\nQuestion: {QUESTION}"}
        messages: list[Any] = [{"role": "system", "content": SYSTEM}, user]
        while True:
            message = create(
                model="scripted",
                messages=messages,
                tools=[{"type": "function", "function": function}],
                temperature=0,
            ).choices[0].message  # fmt: skip
            if not message.tool_calls:
                return str(message.content)
            messages.append(message)
            for call in message.tool_calls:
                picture = json.loads(call.function.arguments)["picture"]
                content = f"{brightness(held[picture])} percent"
                messages.append({"role": "tool", "tool_call_id": call.id, "content": content})

    return ask


def smolagents(url: str, stack: ExitStack) -> Ask:  # noqa: ARG001
    """Hugging Face's tool-calling agent."""
    from smolagents import OpenAIServerModel, ToolCallingAgent, tool

    held: dict[str, Pixels] = {}

    def measure_brightness(picture: str) -> str:
        """Measure how bright a picture is, from 0 (black) to 100 (white).

        Args:
            picture: Picture id, such as img_1.
        """
        return f"{brightness(held[picture])} percent"

    measure_brightness.__annotations__ |= {"picture": str, "return": str}
    model = OpenAIServerModel("scripted", api_base=url, api_key="none")
    agent = ToolCallingAgent([tool(measure_brightness)], model, verbosity_level=0)

    def ask(pixels: Pixels) -> str:
        held["img_1"] = pixels
        return str(agent.run(f"Pictures: img_1\nQuestion: {QUESTION}"))

    return ask


def qwen_agent(url: str, stack: ExitStack) -> Ask:  # noqa: ARG001
    """Qwen-Agent's assistant, with the server's own tool calls, which is not its default."""
    from qwen_agent.agents import Assistant
    from qwen_agent.tools.base import BaseTool

    logging.getLogger("qwen_agent_logger").setLevel(logging.WARNING)
    held: dict[str, Pixels] = {}

    class MeasureBrightness(BaseTool):  # type: ignore[misc]
        name = "measure_brightness"
        description = "Measure how bright a picture is, from 0 (black) to 100 (white)."
        parameters = {  # noqa: RUF012 - as the library has it
            "type": "object",
            "properties": {"picture": {"type": "string"}},
            "required": ["picture"],
        }

        def call(self, params: Any, **_kwargs: Any) -> str:
            picture = json.loads(params)["picture"]
            return f"{brightness(held[picture])} percent"

    model = {"model": "scripted", "model_server": url, "api_key": "none",
             "generate_cfg": {"use_raw_api": True}}  # fmt: skip
    agent = Assistant([MeasureBrightness()], llm=model, system_message=SYSTEM)

    def ask(pixels: Pixels) -> str:
        held["img_1"] = pixels
        prompt = {"role": "user", "content": f"Pictures: img_1\nQuestion: {QUESTION}"}
        return str(agent.run_nonstream([prompt])[-1]["content"])

    return ask


CONTESTANTS: dict[str, tuple[str, Callable[[str, ExitStack], Ask]]] = {
    OURS: ("agent", vqa_agent),
    BARE: ("langchain", bare_create_agent),
    "raw client": ("openai", raw_client),
    "smolagents": ("smolagents", smolagents),
    "Qwen-Agent": ("qwen_agent", qwen_agent),
}
"""Name → the module that it needs, and how it is set up."""


def installed(url: str, stack: ExitStack) -> dict[str, Ask]:
    """The contestants that can be had here, asking that server; the others are named."""
    asks = {}
    for name, (module, set_up) in CONTESTANTS.items():
        if importlib.util.find_spec(module):
            asks[name] = set_up(url, stack)
        else:
            print(f"{name} is not installed and left out: make bench-peers")
    return asks


def measure(asks: dict[str, Ask], rounds: int, warm_up: int) -> dict[str, list[float]]:
    """Milliseconds of each contestant's questions, in turns.

    Raises:
        RuntimeError: one of them did not come to the answer.
    """
    times: dict[str, list[float]] = {name: [] for name in asks}
    pixels: Pixels = np.full((48, 64, 3), 120, np.uint8)
    order = random.Random(0)  # noqa: S311 - whoever comes behind a heavy one finds cold caches
    for turn in range(-warm_up, rounds):
        for name in order.sample(list(asks), len(asks)):
            pixels = pixels.copy()
            pixels[0, 0] = np.frombuffer(os.urandom(3), np.uint8)  # a picture never seen before
            started = time.perf_counter()
            answer = asks[name](pixels)
            elapsed_ms = (time.perf_counter() - started) * 1000
            if answer != SAID:
                raise RuntimeError(f"{name} answered {answer!r} instead of {SAID!r}")
            if turn >= 0:
                times[name].append(elapsed_ms)
    return times


def summarise(times: dict[str, list[float]]) -> dict[str, dict[str, float]]:
    """Median, 90th percentile, and two ratios to the bare `create_agent`.

    `ratio` is that of the medians; `paired` the median of the ratios within each round, which a
    machine that speeds up and slows down disturbs less.
    """
    bare = times[BARE]
    return {
        name: {
            "median_ms": round(statistics.median(own), 2),
            "p90_ms": round(statistics.quantiles(own, n=10)[-1], 2),
            "ratio": round(statistics.median(own) / statistics.median(bare), 3),
            "paired": round(
                statistics.median(o / b for o, b in zip(own, bare, strict=True)), 3
            ),
        }
        for name, own in times.items()
    }  # fmt: skip


def print_table(summary: dict[str, dict[str, float]]) -> None:
    """The figures for a person."""
    print(f"{'':14}{'median ms':>10}{'p90 ms':>10}{'x bare':>10}{'paired':>10}")
    for name, row in sorted(summary.items(), key=lambda item: item[1]["median_ms"]):
        print(
            f"{name:14}{row['median_ms']:>10.2f}{row['p90_ms']:>10.2f}"
            f"{row['ratio']:>10.2f}{row['paired']:>10.2f}"
        )


def main() -> int:
    """Measure, print, and say whether the goal is met."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--warm-up", type=int, default=20)
    parser.add_argument("--json", type=Path, help="write the figures here")
    parser.add_argument("--goal", type=float, help="fail if vqa-agent is above this many bare ones")
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.serve:
        serve()
        return 0
    with ExitStack() as stack:
        url = stack.enter_context(server_process())
        asks = installed(url, stack)
        summary = summarise(measure(asks, given.rounds, given.warm_up))
    print_table(summary)
    if given.json:
        machine = {"python": platform.python_version(), "cores": os.cpu_count()}
        given.json.write_text(
            json.dumps({"rounds": given.rounds, "machine": machine, "results": summary}, indent=2)
        )
    return int(given.goal is not None and summary[OURS]["ratio"] > given.goal)


if __name__ == "__main__":
    sys.exit(main())
