"""How often the language model is asked for a question, and how much it has to read.

    python -m benchmarks.calls [--json out.json]

First, questions about the two pictures of `examples/`, planned by the built-in planner: prompt
tokens are those of all calls of a question together, in the planner's own tokens. Then the
one-tool question of `benchmarks.overhead`, as a large model is asked it, beside the other
frameworks that are installed (`make bench-peers`): the characters of messages, tools and answer
schemas in the requests, as every model has tokens of its own.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
from collections import defaultdict
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from agent import Settings, VisualAgent
from benchmarks.overhead import installed, scripted

EXAMPLES = Path(__file__).resolve().parent.parent / "examples"
QUESTIONS = (
    ("receipt.png", "What is the total?"),
    ("receipt.png", "What is the date?"),
    ("receipt.png", "Which company is this from?"),
    ("receipt.png", "What does it say?"),
    ("receipt.png", "What is the phone number?"),
    ("receipt.png", "总额是多少？"),
    ("receipt.png", "日期是哪天？"),
    ("receipt.png", "What is the IBAN?"),
    ("receipt.png", "How many people are there?"),
    ("sign.png", "What does the sign say?"),
    ("sign.png", "What colours are in the picture?"),
    ("sign.png", "Is there a dog?"),
    ("sign.png", "牌子上写着什么？"),
    ("receipt.png sign.png", "Which one has more text?"),
)


@dataclass(frozen=True)
class Row:
    """One question."""

    question: str
    tool_calls: int
    model_calls: int
    repairs: int
    read_tokens: int
    written_tokens: int


def ask_all() -> list[Row]:
    """Every question, each in a conversation of its own."""
    rows = []
    with VisualAgent(Settings()) as agent:
        for pictures, question in QUESTIONS:
            answer = agent.ask(*(EXAMPLES / name for name in pictures.split()), question)
            rows.append(
                Row(
                    question,
                    len(answer.tool_calls),
                    answer.planner["calls"],
                    answer.planner["repairs"],
                    answer.usage["input_tokens"],
                    answer.usage["output_tokens"],
                )
            )
    return rows


@dataclass(frozen=True)
class Asked:
    """What a framework sends for one question."""

    name: str
    model_calls: int
    messages: int
    """Characters, of all calls together."""
    schemas: int
    """Characters of the tools and of the answer's form."""


def side_by_side() -> list[Asked]:
    """The same question by each framework."""
    rows = []
    with ExitStack() as stack:
        server = stack.enter_context(scripted())
        for name, ask in installed(server.url, stack).items():
            server.requests.clear()
            ask(np.full((48, 64, 3), 120, np.uint8))
            sent = list(server.requests)
            forms = [[b.get(k) for k in ("tools", "response_format") if k in b] for b in sent]
            said = sum(len(json.dumps(body["messages"])) for body in sent)
            rows.append(Asked(name, len(sent), said, sum(len(json.dumps(f)) for f in forms)))
    return rows


def main() -> int:
    """Ask, print; fails where a question of one tool call took other than two model calls."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--json", type=Path, help="write the figures here")
    given = parser.parse_args()
    rows = ask_all()
    by_calls = defaultdict(list)
    for row in rows:
        by_calls[row.tool_calls].append(row)
    print("tool calls  questions  model calls  prompt tokens  written tokens   (means)")
    for count, some in sorted(by_calls.items()):
        print(
            f"{count:>10}{len(some):>11}{statistics.mean(r.model_calls for r in some):>13.2f}"
            f"{statistics.mean(r.read_tokens for r in some):>15.0f}"
            f"{statistics.mean(r.written_tokens for r in some):>16.0f}"
        )
    beside = side_by_side()
    print("\none tool, large model  model calls  characters: messages  schemas")
    for other in sorted(beside, key=lambda other: other.messages + other.schemas):
        print(f"{other.name:21}{other.model_calls:>13}{other.messages:>22}{other.schemas:>9}")
    if given.json:
        results = {"builtin": list(map(asdict, rows)), "one_tool": list(map(asdict, beside))}
        given.json.write_text(json.dumps(results, indent=2) + "\n")
    return int(any(row.model_calls != 2 for row in by_calls[1]))


if __name__ == "__main__":
    sys.exit(main())
