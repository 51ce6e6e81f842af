"""What a description says of a product: its name and kind, its colours, what is printed on it."""

from __future__ import annotations

from typing import Self

from agent.planners.builtin.plans.colours import DESCRIBE
from agent.planners.builtin.plans.described_documents import CODES
from agent.planners.builtin.plans.described_photos import BACKGROUND, main_colours
from agent.planners.builtin.plans.described_text import share, text_of
from agent.planners.builtin.plans.description_questions import DescriptionQuestion
from agent.planners.builtin.plans.description_sentences import DescriptionSentences, label
from agent.planners.builtin.plans.kinds import CLASSIFY, DETECT, Call
from agent.planners.builtin.plans.looks import Looks
from tools.evidence import Evidence
from tools.words.groups import groups_with
from tools.words.kinds import GROCERY, Kind, standard

SEEN, LARGE = 0.7, 0.1
"""The score and the part of the picture from which on a box is something beside food."""
SURE = 0.9
"""From this score on a picture shows the product, whatever the detector takes it for."""
BRIEFLY = 2


class Product:
    """A product that a picture surely shows."""

    def __init__(self, looks: Looks, product: Evidence) -> None:
        self._looks = looks
        self._product = product

    @classmethod
    def shown(cls, looks: Looks) -> Self | None:
        """The product of a picture; None of a picture of something else."""
        first = next(iter(looks.found(CLASSIFY, region=None, kinds=None)), None)
        if first is None or first.score < SURE:
            return None
        kind = standard().find(first.label or "")
        is_grocery = kind is None or kind.key.startswith(GROCERY)
        is_food = kind is not None and _parent(kind) is not None and not _beside(looks)
        return cls(looks, first) if is_grocery or is_food else None

    def further_looks(self) -> list[Call]:
        """Of which wider kind it is, and its codes."""
        above = _kind_above(self._product)
        kinds = [(CLASSIFY, {"region": None, "top_k": 1, "kinds": [above]})] if above else []
        return [*kinds, (CODES, {})]

    def told(
        self, question: DescriptionQuestion, says: DescriptionSentences
    ) -> tuple[list[str], str]:
        """The sentences, and the short answer."""
        above = self._looks.found(CLASSIFY, kinds=[_kind_above(self._product)])
        told = [says.it_is(self._product, next(iter(above), None))]
        told += self._colours(says)
        text = text_of(self._looks)
        if text is not None and (lines := text.quotable()):
            told.append(says.printed(lines, text.whole))
        if codes := [e for e in self._looks.found(CODES) if e.text is not None]:
            told.append(says.codes(codes))
        return told[: BRIEFLY if question.is_brief else None], label(self._product)

    def _colours(self, says: DescriptionSentences) -> list[str]:
        """Those of the thing and of its ground, where it stands on a plain one."""
        colours = self._looks.found(DESCRIBE, region=None)
        ground = [e for e in colours if e.text == BACKGROUND]
        own = [e for e in colours if e.text != BACKGROUND]
        if not ground or not own:
            return []
        return [says.colours(main_colours(own)), says.background(ground[:1])]


def _beside(looks: Looks) -> list[Evidence]:
    """What else there is to see in a picture of food: then it is a photograph of more than that."""
    return [
        e
        for e in looks.found(DETECT, labels=[])
        if e.score >= SEEN and share(e) >= LARGE and "food" not in groups_with(e.label or "")
    ]


def _kind_above(product: Evidence) -> str | None:
    """The kind right above a product, by the tree or by the last word of its name."""
    name = product.label or ""
    kind = standard().find(name)
    if kind is not None:
        return _parent(kind)
    last = standard().find(name.replace("-", " ").split(" ")[-1])
    return last.name if last is not None and standard().is_seen(last.key) else None


def _parent(kind: Kind) -> str | None:
    """The kind above one of food, None of any other."""
    above = [standard()[key].name for key in standard().above(kind.key)]
    return above[1] if len(above) > 1 and above[-1] == "food" else None
