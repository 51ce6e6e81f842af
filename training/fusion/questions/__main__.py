"""Write the generated questions and statements: `python -m training.fusion.questions DATA OUT`."""

from __future__ import annotations

import json
import sys
from collections import Counter
from dataclasses import asdict
from pathlib import Path

from training.fusion.questions import generate, statements
from training.fusion.questions.wording import Language

LANGUAGES: tuple[Language, ...] = ("en", "zh")


def write(data: Path, out: Path, seed: int = 0) -> Counter[tuple[str, str]]:
    """Write `generated.jsonl` and `statements.jsonl` in `out`, each whole or not at all.

    Returns:
        How many questions of each language and kind.
    """
    out.mkdir(parents=True, exist_ok=True)
    counts: Counter[tuple[str, str]] = Counter()
    for name, source in (("generated", generate), ("statements", statements)):
        unfinished = out / f"{name}.jsonl.part"
        with unfinished.open("w", encoding="utf-8") as file:
            for language in LANGUAGES:
                for row in source(data, language, seed):
                    file.write(json.dumps(asdict(row), ensure_ascii=False) + "\n")
                    counts[f"{name} {language}", row.kind] += 1
        unfinished.rename(out / f"{name}.jsonl")
    return counts


if __name__ == "__main__":
    counted = write(Path(sys.argv[1]), Path(sys.argv[2]))
    for (name, kind), number in sorted(counted.items()):
        print(f"{name:16} {kind:20} {number:7}")
