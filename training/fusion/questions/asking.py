"""The questions themselves: open ones, choices, and yes/no ones in balance, worded by people's forms."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from training.fusion.questions.balance import balanced
from training.fusion.questions.choices import choices, usual_of
from training.fusion.questions.facts import Facts
from training.fusion.questions.queries import Query, queries
from training.fusion.questions.sources import Split, photographs
from training.fusion.questions.wording import Language, worded

YES = {"yes": 0.95, "no": 0.05}
NO = {"no": 0.95, "yes": 0.05}
"""Some of what the captions say is read wrongly, some of what is there nobody says."""
MOST = {("en", True): 64, ("zh", True): 40, ("en", False): 12, ("zh", False): 8}
"""Questions that a photograph gets at most, by language and by whether it has captions."""
LEAST_OPEN = 5
"""Open ones that it gets, if it has so many, however many may be answered yes or no."""
WORDINGS = {"en": 3, "zh": 2}
"""Ways in which an open question about a captioned photograph is asked; the others have one less."""


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
    yield from ask([Facts(photograph) for photograph in photographs(data)], language, seed)


def ask(all_facts: Sequence[Facts], language: Language, seed: int) -> Iterator[Asked]:
    """All questions about photographs of which the facts are known."""
    rng = random.Random(f"{seed} {language}")
    claims = balanced(all_facts, random.Random(seed))
    usual = usual_of(all_facts)
    for at, facts in enumerate(all_facts):
        captioned = bool(facts.captions)
        asked = {}
        for query in _thinned([*queries(facts), *choices(facts, usual, rng)], rng, 2 if captioned else 1):
            ways = WORDINGS[language] if captioned and query.kind != "how many" else 1
            for _ in range(ways):
                text = worded(query.kind, query.slots, language, rng)
                if text:
                    asked.setdefault(text, (query.answers, query.kind))
        open_ones = list(asked.items())
        yes_no = {}
        for claim, true in claims.get(at, ()):
            for _ in range(WORDINGS[language] - 1 if captioned else 1):
                text = worded(claim.kind, claim.slots, language, rng)
                if text:
                    yes_no.setdefault(text, (YES if true else NO, claim.kind))
        closed = list(yes_no.items())
        rng.shuffle(open_ones)
        number = max(MOST[language, captioned] - len(closed), LEAST_OPEN)
        for text, (answers, kind) in [*open_ones[:number], *closed]:
            photograph = facts.photograph
            yield Asked(photograph.image, text, answers, kind, language, photograph.split)


def _thinned(asked: list[Query], rng: random.Random, most: int) -> list[Query]:
    """All but most of the questions how many there are where there is one: boxes give too many."""
    ones = [query for query in asked if query.kind == "how many" and query.answers.get("1", 0) > 0.5]
    kept = set(map(id, rng.sample(ones, min(len(ones), most))))
    return [query for query in asked if id(query) in kept or not any(query is one for one in ones)]
