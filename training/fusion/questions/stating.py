"""Sentences that hold of a photograph, each with its English twin, to teach a shared space."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from training.fusion.questions.claims import holds
from training.fusion.questions.facts import Facts
from training.fusion.questions.sources import Split, photographs
from training.fusion.questions.wording import Language, templates, worded

MOST = {True: 16, False: 6}
"""Statements of a photograph, by whether it has captions."""


@dataclass(frozen=True)
class Stated:
    """A sentence that holds of a photograph."""

    image: str
    """The photograph's path below the data folder."""
    text: str
    twin: str
    """The same in English; an English text is its own twin."""
    language: Language
    kind: str
    split: Split


def statements(data: Path, language: Language, seed: int) -> Iterator[Stated]:
    """Statements about all photographs below `data`; the same claims in both languages.

    Raises:
        InputError: a labelled folder is not in its format, or there is none.
    """
    yield from state([Facts(photograph) for photograph in photographs(data)], language, seed)


def state(all_facts: Sequence[Facts], language: Language, seed: int) -> Iterator[Stated]:
    """Statements about photographs of which the facts are known."""
    rng = random.Random(seed)
    for facts in all_facts:
        photograph = facts.photograph
        claims = sorted({c for c in holds(facts) if (c.kind, "en statement") in templates()})
        claims = rng.sample(claims, min(len(claims), MOST[bool(facts.captions)]))
        told: set[str] = set()
        for claim in claims:
            english = worded(claim.kind, claim.slots, "en", rng, "statement")
            chinese = worded(claim.kind, claim.slots, "zh", rng, "statement")
            text = english if language == "en" else chinese
            if text and english and text not in told:
                told.add(text)
                yield Stated(
                    photograph.image, text, english, language, claim.kind, photograph.split
                )
