"""Records conversations for the parity test: `python -m training.planner.conversations OUT.jsonl`.

Held-out phrasings of every intent, seeded, none of people's questions; a line has the messages, the
names of the offered tools and the detector's labels. What planners make of them is not recorded:
the test asks both.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from training.planner.generator import make

COUNT = 200
START = 20_000_000
"""The first seed: neither training (from 0) nor the evaluation (from 10,000,000) reads these."""


def main() -> None:
    """Write the file anew."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--count", type=int, default=COUNT)
    given = parser.parse_args()
    lines = []
    for seed in range(START, START + given.count):
        sample = make(seed, held_out=True, of_people=False)
        messages = [_recorded(message) for message in sample.messages]
        line = {"tools": sample.chat.tools, "labels": sample.chat.labels, "messages": messages}
        lines.append(json.dumps(line, ensure_ascii=False, separators=(",", ":")))
    given.out.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"{len(lines)} conversations in {given.out}")


def _recorded(message: dict[str, Any]) -> dict[str, Any]:
    kept = {name: value for name, value in message.items() if name != "wrong"}
    if "evidence" in kept:
        kept["evidence"] = [
            e.model_dump(mode="json", exclude_defaults=True) for e in kept["evidence"]
        ]
    return kept


if __name__ == "__main__":
    main()
