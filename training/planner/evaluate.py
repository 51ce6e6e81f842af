"""Measures a planner on whole conversations of phrasings that it never saw.

`python -m training.planner.evaluate [folder] [--per-intent 12] [--json out]`; on questions that
were labelled by hand `training.planner.first_looks` does.
Decoded as the agent decodes it: greedy, under the grammar of what is offered and was seen. With
`--url` vLLM decodes, of weights that it serves by the name of ours.
"""

from __future__ import annotations

import argparse
import json
import re
from collections import defaultdict
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from agent.answer import Draft
from agent.errors import PlannerOutputError
from agent.planners.builtin.decoding import Decoder, Form
from agent.planners.conversation import questions
from training.planner import served
from training.planner.asker import NoPhrasingError
from training.planner.checking import answer_problem
from training.planner.generator import WEIGHTS, Sample, make
from training.planner.served import Served

MAX_NEW_TOKENS = 256
AT_ONCE = 32
"""Messages that a server is asked for at the same time."""
_CALL = re.compile(r"<tool_call>\n(.*?)\n</tool_call>", re.DOTALL)


@dataclass
class Tally:
    """Right of all, by name."""

    right: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    total: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    wrong: list[dict[str, Any]] = field(default_factory=list)

    def add(self, name: str, *, right: bool) -> None:
        """Count one case."""
        self.total[name] += 1
        self.right[name] += right

    def shares(self) -> dict[str, str]:
        """Name → "97.5 % of 400"."""
        return {
            name: f"{100 * self.right[name] / n:.1f} % of {n}"
            for name, n in sorted(self.total.items())
        }


Turn = tuple[list[dict[str, Any]], list[dict[str, Any]]]
"""The messages before an assistant's message, and the offered tools."""


def write(decoder: Decoder | Served, turns: list[Turn]) -> list[str]:
    """What the planner writes next, decoded as the agent decodes it: greedy, under the grammar."""
    from rich.progress import track

    def text(turn: Turn) -> str:
        messages, tools = turn
        offered = tuple(strict(tool) for tool in tools)
        form = Form(tools=offered, answer=Draft.model_json_schema())
        try:
            return decoder.complete(messages, form, MAX_NEW_TOKENS).text
        except PlannerOutputError:
            return ""

    with ThreadPoolExecutor(AT_ONCE) as threads:
        texts = threads.map(text, turns) if isinstance(decoder, Served) else map(text, turns)
        return list(track(texts, "turns", len(turns)))


_TEXT = {"anyOf": [{"type": "string"}, {"type": "null"}]}
_ARGUMENTS: dict[str, dict[str, Any]] = {
    "read_text": {"query": _TEXT, "region": _TEXT},
    "detect_objects": {"region": _TEXT},
    "classify_image": {
        "region": _TEXT,
        "top_k": {"type": "integer", "minimum": 1, "maximum": 10},
    },
    "describe_colors": {"region": _TEXT},
    "answer_by_fusion": {"region": _TEXT},
}
"""What the agent's own schemas have beside what the chat template reads of them."""


def strict(tool: dict[str, Any]) -> dict[str, Any]:
    """The tool as the agent offers it (`agent.loop.tool_schemas`): all arguments required."""
    function = tool["function"]
    parameters = function["parameters"]
    properties = parameters["properties"] | _ARGUMENTS.get(function["name"], {})
    schema = {"type": "object", "properties": properties, "required": list(properties)}
    schema["additionalProperties"] = False
    return tool | {"function": function | {"parameters": schema}}


def calls_in(text: str) -> list[dict[str, Any]] | None:
    """The calls of an assistant's text; None where one is not JSON."""
    try:
        return [json.loads(call) for call in _CALL.findall(text)]
    except json.JSONDecodeError:
        return None


def in_effect(calls: list[dict[str, Any]] | None) -> list[dict[str, Any]] | None:
    """Calls with the query as the tool takes it: "adress" and "address" ask for the same field."""
    from tools.reading.labels import field_of

    def same(arguments: dict[str, Any]) -> dict[str, Any]:
        field = field_of(arguments["query"]) if arguments.get("query") else None
        return arguments | ({"query": field.name} if field else {})

    return calls and [call | {"arguments": same(call["arguments"])} for call in calls]


def expected_calls(message: dict[str, Any]) -> list[dict[str, Any]]:
    """The calls of a message, as in the text form."""
    return [call["function"] for call in message.get("tool_calls") or []]


@dataclass(frozen=True)
class Case:
    """One place where the planner has to write: the conversation before, and what is right."""

    sample: Sample
    before: int
    first: bool
    language: str
    intent: str


def cases(samples: Iterable[Sample]) -> list[Case]:
    """All assistant messages of the conversations."""
    found = []
    for sample in samples:
        turn = -1
        for n, message in enumerate(sample.messages):
            if "question" in message:
                turn += 1
                first = True
                chinese = re.search("[一-鿿]", message["question"])
            elif message["role"] == "assistant" and not message.get("wrong"):
                language = "zh" if chinese else "en"
                found.append(Case(sample, n, first, language, sample.intents[turn]))
                first = False
    return found


def judge(case: Case, text: str, tally: Tally) -> None:
    """Compare what the planner wrote with what the recipe says."""
    right = case.sample.messages[case.before]
    wanted, got = in_effect(expected_calls(right)) or [], in_effect(calls_in(text))
    question = next(questions(case.sample.messages[: case.before]))["question"]
    ok = got is not None and [c.get("name") for c in got] == [c["name"] for c in wanted]
    kind = "first tool" if case.first else "next step"
    tally.add(f"{kind} ({case.language})", right=ok)
    tally.add(f"intent {case.intent} ({case.language})", right=ok and (not wanted or got == wanted))
    if wanted:
        same = got == wanted
        tally.add(f"arguments ({case.language})", right=same)
        if not same:
            tally.wrong.append({"question": question, "wanted": wanted, "got": text})
        return
    if not ok:
        tally.wrong.append({"question": question, "wanted": right["content"], "got": text})
        return
    problem = answer_problem(text, case.sample.chat, question)
    tally.add(f"answer passes ({case.language})", right=problem is None)
    tally.add(f"answer as in the recipe ({case.language})", right=text == right["content"])
    if problem or text != right["content"]:
        tally.wrong.append(
            {"question": question, "wanted": right["content"], "got": text, "problem": problem}
        )


def held_out(
    decoder: Decoder | Served,
    per_intent: int,
    start: int = 10_000_000,
    language: str | None = None,
) -> Tally:
    """Conversations of every intent, made of phrasings that training never used.

    With a language only the messages to questions in it are asked for.
    """
    samples: list[Sample] = []
    for number, intent in enumerate([*WEIGHTS, "compare"]):
        with suppress(NoPhrasingError):  # an intent may have too few phrasings to hold any out
            seeds = range(start + number * 1000, start + number * 1000 + per_intent)
            samples += [make(n, held_out=True, intent=intent) for n in seeds]
    samples += [make(start + 500_000 + n, held_out=True) for n in range(per_intent * 8)]
    found = [case for case in cases(samples) if language in {None, case.language}]
    turns: list[Turn] = [(c.sample.messages[: c.before], c.sample.tools) for c in found]
    tally = Tally()
    for case, text in zip(found, write(decoder, turns), strict=True):
        judge(case, text, tally)
    return tally


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    served.add_options(parser)
    parser.add_argument("--language", choices=["en", "zh"], help="of the questions; both if unset")
    parser.add_argument("--per-intent", type=int, default=12)
    parser.add_argument("--show", type=int, default=0, help="so many wrong cases")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    import torch

    torch.set_num_threads(options.threads)
    planner = served.planner_of(options)
    measured = held_out(planner, options.per_intent, language=options.language)
    tallies = {"held-out phrasings": measured}
    for name, tally in tallies.items():
        print(f"\n{name}")
        for what, share in tally.shares().items():
            print(f"  {what}: {share}")
        for wrong in tally.wrong[: options.show]:
            print("   ", json.dumps(wrong, ensure_ascii=False))
    if options.json:
        figures = {name: tally.shares() for name, tally in tallies.items()}
        options.json.write_text(json.dumps(figures, indent=2, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
