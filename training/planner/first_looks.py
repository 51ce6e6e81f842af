"""Measures first turns on questions that were labelled by hand (`tests/data/planner`).

`python -m training.planner.first_looks [folder] [--only seen] [--as weights|agent] [--json out]`.
`weights` asks the weights alone, decoded as the agent decodes them (by vLLM with `--url`); `agent`
asks the built-in planner as a user meets it, with the plans that code makes before them. Wrong
cases are shown of the seen half only: whoever mends rules reads no others.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from agent.loop.tool_schemas import answer_form, tool_schema
from agent.planners.builtin.chat_model import BuiltinChatModel
from agent.planners.builtin.decoding import Decoder
from agent.planners.conversation import question_message, question_turn
from training.planner import nouns, real, served
from training.planner.chat import TOOLS, Chat
from training.planner.evaluate import Tally, calls_in, in_effect, write
from training.planner.labelling.rules import labelled
from training.planner.served import Served

FILES = ("seen", "unseen", "documents", "zh")
KEPT_APART = {"unseen", "zh"}
"""Read by the measuring code only."""
Call = dict[str, Any]
"""`tool`, and `labels` or `query` beside it, as `LABELLING.md` writes it."""


def by_rules(rows: Sequence[dict[str, Any]]) -> list[list[Call]]:
    """What the labelling rules make of the questions; they know English ones about photographs."""
    return [labelled(row["question"]).calls for row in rows]


def by_weights(
    planner: Decoder | Served,
) -> Callable[[Sequence[dict[str, Any]]], list[list[Call]]]:
    """The weights alone."""

    def ask(rows: Sequence[dict[str, Any]]) -> list[list[Call]]:
        chat = Chat(None, list(TOOLS), nouns.COCO + nouns.GROUPS, [])  # type: ignore[arg-type]
        turns = [([question_turn(row["question"], _pictures(row))], chat.schemas()) for row in rows]
        return [as_labelled(calls_in(text) or []) for text in write(planner, turns)]

    return ask


def by_agent(folder: Path) -> Callable[[Sequence[dict[str, Any]]], list[list[Call]]]:
    """The built-in planner with everything around the weights, offered the tools as installed."""
    from rich.progress import track

    from agent.settings import Settings
    from tools.toolset import load_toolset

    tools = [tool_schema(tool) for tool in load_toolset(Settings().tools).offered]
    planner = BuiltinChatModel(path=folder).bind_tools(tools, **answer_form())

    def ask(rows: Sequence[dict[str, Any]]) -> list[list[Call]]:
        written = []
        for row in track(rows, "questions"):
            message = planner.invoke([question_message(row["question"], _pictures(row))])
            calls = [{"name": c["name"], "arguments": c["args"]} for c in message.tool_calls]
            written.append(as_labelled(calls))
        return written

    return ask


def as_labelled(calls: list[dict[str, Any]]) -> list[Call]:
    """Calls as labels write them, the query as the tool takes it; one for several pictures."""
    kept = {"detect_objects": "labels", "read_text": "query"}
    made: list[Call] = []
    for call in in_effect(calls) or []:
        name = kept.get(call["name"])
        one = {"tool": call["name"]} | ({name: call["arguments"].get(name)} if name else {})
        made += [] if one in made else [one]
    return made


def judge(row: dict[str, Any], calls: list[Call], tally: Tally) -> bool:
    """Compare a first turn with the readings of a row; whether its first look is right."""
    readings = row["readings"]
    group = f"{row['file']}, {row['source']}"
    firsts = {reading[0]["tool"] if reading else None for reading in readings}
    first = calls[0]["tool"] if calls else None
    tools = [{call["tool"] for call in reading} for reading in readings]
    tally.add(f"first look ({group})", right=first in firsts)
    tally.add(f"whole turn ({group})", right={call["tool"] for call in calls} in tools)
    if row["file"] in KEPT_APART:
        kind = f"first look, {_kind(readings[0])} ({row['language']}, kept apart)"
        tally.add(kind, right=first in firsts)
    if [] not in readings:
        tally.add(f"no needless decline ({group})", right=bool(calls))
    wanted = [_argument(reading, "detect_objects", "labels") for reading in readings]
    right = first in firsts
    if None not in wanted:
        got = _argument(calls, "detect_objects", "labels")
        right = got is not None and any(set(got) == set(labels) for labels in wanted)
        tally.add(f"target label ({group})", right=right)
    queries = [_argument(reading, "read_text", "query", none="") for reading in readings]
    if any(queries) and None not in queries:
        right = _argument(calls, "read_text", "query", none="") in queries
        tally.add(f"query ({group})", right=right)
    return right and first in firsts


def _kind(reading: Sequence[Call]) -> str:
    """The tools of a reading, as the README of the hand labels has them."""
    names = (c["tool"] + (" (everything)" if c.get("labels") == [] else "") for c in reading)
    return " + ".join(names) or "decline"


def _argument(calls: Sequence[Call], tool: str, name: str, none: Any = None) -> Any:
    """An argument of the first call of a tool (`none` where it is null); None without a call."""
    found = (none if call[name] is None else call[name] for call in calls if call["tool"] == tool)
    return next(found, None)


def _pictures(row: dict[str, Any]) -> list[str]:
    return [f"img_{n + 1}" for n in range(row.get("pictures", 1))]


def rows_of(*files: str) -> list[dict[str, Any]]:
    """The labelled questions of these files that are at hand; queries as the tool takes them."""
    rows = []
    for file in files:
        for row in real.hand_labelled(file):
            readings = [
                as_labelled([{"name": c["tool"], "arguments": c} for c in reading])
                for reading in row["readings"]
            ]
            rows.append(row | {"readings": readings, "file": file})
    return rows


def measured(
    ask: Callable[[Sequence[dict[str, Any]]], list[list[Call]]], rows: Sequence[dict[str, Any]]
) -> Tally:
    """How a planner's first turns compare; wrong ones of the seen half are kept."""
    tally = Tally()
    for row, calls in zip(rows, ask(rows), strict=True):
        if not judge(row, calls, tally) and row["file"] in {"seen", "documents"}:
            wrong = {"question": row["question"], "wanted": row["readings"], "got": calls}
            tally.wrong.append(wrong)
    return tally


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    served.add_options(parser)
    parser.add_argument("--only", choices=FILES, action="append")
    parser.add_argument("--as", dest="way", choices=("weights", "agent", "rules"), default="agent")
    parser.add_argument("--show", type=int, default=0, help="so many wrong cases of the seen half")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    known = FILES[:2] if options.way == "rules" else FILES
    rows = rows_of(*(options.only or known))
    if options.way == "weights":
        ask = by_weights(served.planner_of(options))
    else:
        ask = by_rules if options.way == "rules" else by_agent(options.folder)
    tally = measured(ask, rows)
    for what, share in tally.shares().items():
        print(f"{what}: {share}")
    for wrong in tally.wrong[: options.show]:
        print("  ", json.dumps(wrong, ensure_ascii=False))
    if options.json:
        options.json.write_text(json.dumps(tally.shares(), indent=2, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
