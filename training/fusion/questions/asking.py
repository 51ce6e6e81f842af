"""The questions themselves: open ones, choices, and yes/no ones in balance, worded by people's forms."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from training.fusion.questions.balance import balanced
from training.fusion.questions.choices import choices
from training.fusion.questions.facts import Facts
from training.fusion.questions.queries import Query, queries
from training.fusion.questions.sources import Split, photographs
from training.fusion.questions.wording import Language, worded

YES = {"yes": 0.95, "no": 0.05}
NO = {"no": 0.95, "yes": 0.05}
"""Some of what the captions say is read wrongly, some of what is there nobody says."""
MOST = {("en", True): 64, ("zh", True): 40, ("en", False): 12, ("zh", False): 8}
"""Questions that a photograph gets at most, by language and by whether it has captions."""
WORDINGS = {"en": 3, "zh": 2}
"""Ways in which an open question about a captioned photograph is asked."""


@dataclass(frozen=True)
class Asked:
    """A question about a photograph, and the answers that people would give."""

    image: str
    """Its path below the data folder."""
    question: str
    answers: dict[str, float]
    """English answers, whatever the question's language, and their shares; they sum to one."""
    kind: str
    language: Language
    split: Split


def generate(data: Path, language: Language, seed: int) -> Iterator[Asked]:
    """All questions about the photographs below `data`, a photograph after the other.

    Raises:
        InputError: a labelled folder is not in its format, or there is none.
    """
    rng = random.Random(f"{seed} {language}")
    all_facts = [Facts(photograph) for photograph in photographs(data)]
    claims = balanced(all_facts, random.Random(seed))
    for at, facts in enumerate(all_facts):
        captioned = bool(facts.captions)
        asked = {}
        for query in _every(facts, rng):
            ways = WORDINGS[language] if captioned else 1
            for _ in range(ways):
                text = worded(query.kind, query.slots, language, rng)
                if text:
                    asked.setdefault(text, (query.answers, query.kind))
        open_ones = list(asked.items())
        yes_no = {}
        for claim, true in claims.get(at, ()):
            text = worded(claim.kind, claim.slots, language, rng)
            if text:
                yes_no.setdefault(text, (YES if true else NO, claim.kind))
        most = MOST[language, captioned]
        closed = list(yes_no.items())
        rng.shuffle(open_ones)
        rng.shuffle(closed)
        share = most * 6 // 10
        kept = closed[: max(share, most - len(open_ones))]
        for text, (answers, kind) in [*open_ones[: most - len(kept)], *kept]:
            photograph = facts.photograph
            yield Asked(photograph.image, text, answers, kind, language, photograph.split)


def _every(facts: Facts, rng: random.Random) -> Iterator[Query]:
    yield from queries(facts)
    yield from choices(facts, rng)
