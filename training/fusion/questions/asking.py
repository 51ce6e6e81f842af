"""The questions themselves: open ones, choices, and yes/no ones in balance, in people's words."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from training.fusion.questions.balance import Balanced, balanced
from training.fusion.questions.choices import Usual, choices, usual_of
from training.fusion.questions.facts import Facts
from training.fusion.questions.queries import Claim, Query, queries
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
"""Ways in which an open question about a captioned photograph is asked; others have one less."""


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
    all_facts = [Facts(photograph) for photograph in photographs(data)]
    yield from ask(all_facts, balanced(all_facts, random.Random(seed)), language, seed)


def ask(
    all_facts: Sequence[Facts], claims: Balanced, language: Language, seed: int
) -> Iterator[Asked]:
    """All questions about photographs of which the facts are known.

    Args:
        all_facts: of each photograph.
        claims: by the place of the photograph, what is asked with yes or no (`balanced`).
        language: of the questions.
        seed: of the wordings and choices.
    """
    rng = random.Random(f"{seed} {language}")
    usual = usual_of(all_facts)
    for at, facts in enumerate(all_facts):
        photograph = facts.photograph
        captioned = bool(facts.captions)
        closed = _closed(claims.get(at, []), language, rng, captioned=captioned)
        opened = list(_open(facts, usual, language, rng).items())
        rng.shuffle(opened)
        number = max(MOST[language, captioned] - len(closed), LEAST_OPEN)
        for text, (answers, kind) in [*opened[:number], *closed.items()]:
            yield Asked(photograph.image, text, answers, kind, language, photograph.split)


Texts = dict[str, tuple[dict[str, float], str]]
"""Question → its answers and its kind."""


def _open(facts: Facts, usual: Usual, language: Language, rng: random.Random) -> Texts:
    captioned = bool(facts.captions)
    asked: Texts = {}
    every = [*queries(facts), *choices(facts, usual, rng)]
    for query in _thinned(every, rng, 2 if captioned else 1):
        ways = WORDINGS[language] if captioned and query.kind != "how many" else 1
        for _ in range(ways):
            if text := worded(query.kind, query.slots, language, rng):
                asked.setdefault(text, (query.answers, query.kind))
    return asked


def _closed(
    claims: list[tuple[Claim, bool]], language: Language, rng: random.Random, *, captioned: bool
) -> Texts:
    asked: Texts = {}
    for claim, true in claims:
        for _ in range(WORDINGS[language] - 1 if captioned else 1):
            if text := worded(claim.kind, claim.slots, language, rng):
                asked.setdefault(text, (YES if true else NO, claim.kind))
    return asked


def _thinned(asked: list[Query], rng: random.Random, most: int) -> list[Query]:
    """Fewer of what is known of nearly every photograph: `most` of each of these two.

    That there is one of something, and whether it is indoors or outdoors.
    """
    ones = [
        at for at, q in enumerate(asked) if q.kind == "how many" and q.answers.get("1", 0) > 0.5
    ]
    settings = [at for at, q in enumerate(asked) if q.kind in {"in or out", "inside or outside"}]
    left_out: set[int] = set()
    for those in (ones, settings):
        left_out.update(rng.sample(those, max(0, len(those) - most)))
    return [query for at, query in enumerate(asked) if at not in left_out]
