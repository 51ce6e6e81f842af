"""Write the generated questions and statements: `python -m training.fusion.questions DATA OUT`."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

from training.fusion.questions.asking import Asked, ask
from training.fusion.questions.facts import Facts
from training.fusion.questions.sources import photographs
from training.fusion.questions.stating import Stated, state
from training.fusion.questions.wording import Language

Sources = tuple[tuple[str, Callable[[Sequence[Facts], Language, int], Iterator[Asked | Stated]]], ...]
LANGUAGES: tuple[Language, ...] = ("en", "zh")


def write(data: Path, out: Path, seed: int = 0) -> Counter[tuple[str, str]]:
    """Write `generated.jsonl` and `statements.jsonl` in `out`, each whole or not at all.

    Returns:
        How many questions of each language and kind.
    """
    out.mkdir(parents=True, exist_ok=True)
    counts: Counter[tuple[str, str]] = Counter()
    all_facts = [Facts(photograph) for photograph in photographs(data)]
    sources: Sources = (("generated", ask), ("statements", state))
    for name, source in sources:
        unfinished = out / f"{name}.jsonl.part"
        with unfinished.open("w", encoding="utf-8") as file:
            for language in LANGUAGES:
                for row in source(all_facts, language, seed):
                    file.write(json.dumps(asdict(row), ensure_ascii=False) + "\n")
                    counts[f"{name} {language}", row.kind] += 1
        unfinished.rename(out / f"{name}.jsonl")
    return counts


if __name__ == "__main__":
    counted = write(Path(sys.argv[1]), Path(sys.argv[2]))
    for (name, kind), number in sorted(counted.items()):
        print(f"{name:16} {kind:20} {number:7}")
