"""Measures a planner on phrasings that it never saw, and on real questions labelled by hand.

`python -m training.planner.evaluate [folder] [--per-intent 12] [--real lines.jsonl] [--json out]`.
Decoded as the agent decodes it: greedy, under the grammar of what is offered and was seen.
"""

from __future__ import annotations

import argparse
import json
import re
from collections import defaultdict
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from agent.answer import Draft
from agent.errors import PlannerOutputError
from agent.planners.builtin.decoding import Decoder, Form
from agent.planners.conversation import question_turn, questions
from training.planner.asker import NoPhrasingError
from training.planner.chat import Chat
from training.planner.checking import answer_problem
from training.planner.generator import WEIGHTS, Sample, make

MAX_NEW_TOKENS = 256
ROOT = Path(__file__).resolve().parents[2]
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


def write(decoder: Decoder, turns: list[Turn]) -> list[str]:
    """What the planner writes next, decoded as the agent decodes it: greedy, under the grammar."""
    from rich.progress import track

    written = []
    for messages, tools in track(turns, "turns"):
        offered = tuple(strict(tool) for tool in tools)
        form = Form(tools=offered, answer=Draft.model_json_schema())
        try:
            written.append(decoder.complete(messages, form, MAX_NEW_TOKENS).text)
        except PlannerOutputError:
            written.append("")
    return written


_TEXT = {"anyOf": [{"type": "string"}, {"type": "null"}]}
_ARGUMENTS: dict[str, dict[str, Any]] = {
    "read_text": {"query": _TEXT, "region": _TEXT},
    "detect_objects": {"region": _TEXT},
    "classify_image": {
        "region": _TEXT,
        "top_k": {"type": "integer", "minimum": 1, "maximum": 10},
    },
    "describe_colors": {"region": _TEXT},
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


def held_out(decoder: Decoder, per_intent: int, start: int = 10_000_000) -> Tally:
    """Conversations of every intent, made of phrasings that training never used."""
    samples: list[Sample] = []
    for number, intent in enumerate([*WEIGHTS, "compare"]):
        with suppress(NoPhrasingError):  # an intent may have too few phrasings to hold any out
            seeds = range(start + number * 1000, start + number * 1000 + per_intent)
            samples += [make(n, held_out=True, intent=intent) for n in seeds]
    samples += [make(start + 500_000 + n, held_out=True) for n in range(per_intent * 8)]
    found = cases(samples)
    turns: list[Turn] = [(c.sample.messages[: c.before], c.sample.tools) for c in found]
    tally = Tally()
    for case, text in zip(found, write(decoder, turns), strict=True):
        judge(case, text, tally)
    return tally


DAQUAR = ROOT.parent / "shared" / "data" / "questions" / "daquar_train.txt"


def real(decoder: Decoder, lines: Path) -> Tally:
    """First turns of questions that people asked, labelled by LABELLING.md."""
    rows = real_rows(lines)
    turns: list[Turn] = []
    for row in rows:
        chat = Chat(None, row["tools"], row["labels"], [])  # type: ignore[arg-type]
        pictures = (f"img_{n + 1}" for n in range(row["pictures"]))
        turns.append(([question_turn(row["question"], pictures)], chat.schemas()))
    tally = Tally()
    for row, text in zip(rows, write(decoder, turns), strict=True):
        first = _first(in_effect(calls_in(text)))
        rights = [_right(r) for r in (row, *row.get("also", ()))]
        group = f"{row['source']}, {row['language']}, {'call' if row['first_tool'] else 'no call'}"
        tally.add(f"first tool ({group})", right=first[0] in [name for name, _ in rights])
        if row["first_tool"]:
            tally.add(f"arguments ({group})", right=first in rights)
        if first not in rights:
            wrong = {"question": row["question"], "wanted": rights[0][1], "got": text}
            tally.wrong.append(wrong)
    return tally


def _first(calls: list[dict[str, Any]] | None) -> tuple[Any, Any]:
    return (calls[0]["name"], calls[0]["arguments"]) if calls else (None, None)


def _right(label: dict[str, Any]) -> tuple[Any, Any]:
    if label["first_tool"] is None:
        return None, None
    return _first(in_effect([{"name": label["first_tool"], "arguments": label["arguments"]}]))


def real_rows(lines: Path) -> list[dict[str, Any]]:
    """The labelled questions; DAQUAR's, which are not ours to pass on, by their line number.

    Where DAQUAR is not at hand, its questions are left out.
    """
    rows = [json.loads(line) for line in lines.read_text(encoding="utf-8").splitlines() if line]
    asked = DAQUAR.read_text(encoding="utf-8").splitlines() if DAQUAR.is_file() else []
    for row in rows:
        if "daquar_line" in row and asked:
            row["question"] = asked[row["daquar_line"] - 1].strip()
    return [row for row in rows if "question" in row]


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", default=ROOT / "models" / "planner")
    parser.add_argument("--per-intent", type=int, default=12)
    parser.add_argument("--real", type=Path)
    parser.add_argument("--show", type=int, default=0, help="so many wrong cases")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    import torch

    torch.set_num_threads(options.threads)
    decoder = Decoder(options.folder)
    tallies = {"held-out phrasings": held_out(decoder, options.per_intent)}
    if options.real:
        tallies["real questions"] = real(decoder, options.real)
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
