"""Write the generated questions and statements: `python -m training.fusion.questions DATA OUT`."""

from __future__ import annotations

import json
import random
import sys
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path

from training.fusion.questions.asking import Asked, ask
from training.fusion.questions.balance import balanced
from training.fusion.questions.facts import Facts
from training.fusion.questions.sources import photographs
from training.fusion.questions.stating import Stated, state
from training.fusion.questions.wording import Language

LANGUAGES: tuple[Language, ...] = ("en", "zh")


def write(data: Path, out: Path, seed: int = 0) -> Counter[tuple[str, str]]:
    """Write `generated.jsonl` and `statements.jsonl` in `out`, each whole or not at all.

    Returns:
        How many questions of each language and kind.
    """
    out.mkdir(parents=True, exist_ok=True)
    all_facts = [Facts(photograph) for photograph in photographs(data)]
    claims = balanced(all_facts, random.Random(seed))
    asked = (row for language in LANGUAGES for row in ask(all_facts, claims, language, seed))
    stated = (row for language in LANGUAGES for row in state(all_facts, language, seed))
    return _write(out / "generated.jsonl", asked) + _write(out / "statements.jsonl", stated)


def _write(file: Path, rows: Iterable[Asked | Stated]) -> Counter[tuple[str, str]]:
    counts: Counter[tuple[str, str]] = Counter()
    unfinished = file.with_name(f"{file.name}.part")
    with unfinished.open("w", encoding="utf-8") as lines:
        for row in rows:
            lines.write(json.dumps(asdict(row), ensure_ascii=False) + "\n")
            counts[f"{file.stem} {row.language}", row.kind] += 1
    unfinished.rename(file)
    return counts


if __name__ == "__main__":
    counted = write(Path(sys.argv[1]), Path(sys.argv[2]))
    for (name, kind), number in sorted(counted.items()):
        print(f"{name:16} {kind:20} {number:7}")
