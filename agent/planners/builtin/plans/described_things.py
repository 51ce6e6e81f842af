"""What a description says of a thing that was asked for: its place, kind, colours and text."""

from __future__ import annotations

from functools import cached_property

from agent.planners.builtin.plans.asked import READ
from agent.planners.builtin.plans.colours import DESCRIBE
from agent.planners.builtin.plans.described_photos import (
    ACTIONS,
    MATCH,
    is_kind_of,
    main_colours,
    phrases_for,
    place_of,
)
from agent.planners.builtin.plans.described_text import share, text_of
from agent.planners.builtin.plans.description_questions import DescriptionQuestion
from agent.planners.builtin.plans.description_sentences import (
    DescriptionSentences,
    ids,
    label,
)
from agent.planners.builtin.plans.kinds import (
    CLASSIFY,
    DETECT,
    LARGER,
    PERHAPS,
    TOP_K,
    Call,
)
from agent.planners.builtin.plans.looks import Looks
from tools.evidence import Evidence

MOST = 3
"""Things of which each is described."""


class DescribedThings:
    """The things that were asked for, as the detector found them."""

    def __init__(self, looks: Looks, question: DescriptionQuestion) -> None:
        self._looks = looks
        self._question = question

    @cached_property
    def found(self) -> list[Evidence]:
        """All of that label, the largest first."""
        found = self._looks.found(DETECT, labels=[self._question.thing])
        return sorted(found, key=share, reverse=True)

    @cached_property
    def meant(self) -> list[Evidence]:
        """Those at the place that was named, from the left; without one the clearly largest."""
        here = [e for e in self.found if all(_lies(e, place) for place in self._question.places)]
        if not self._question.places and here and _is_main(here):
            return here[:1]
        return sorted(here[:MOST], key=lambda e: e.box_xyxy or ())

    def further_looks(self) -> list[Call]:
        """Their colours; of one its kind, its text and what it seems to do as well."""
        colours: list[Call] = [(DESCRIBE, {"region": e.id, "part": None}) for e in self.meant]
        if len(self.meant) != 1:
            return colours
        region = {"region": self.meant[0].id}
        phrases = self._phrases
        return [
            *colours,
            (CLASSIFY, region | {"top_k": TOP_K, "kinds": None}),
            (READ, region | {"query": None}),
            *([(MATCH, region | {"candidates": phrases})] if phrases else []),
        ]

    def told(
        self, question: DescriptionQuestion, says: DescriptionSentences
    ) -> tuple[list[str], str]:
        """The sentences, and the short answer."""
        if not self.meant:
            return [], ""
        if len(self.meant) > 1:
            listed = f"{{list {ids(self.found)}}}"
            each = [
                says.thing(e, colours=colours, place=place_of([e]))
                for e in self.meant
                if (colours := self._colours(e))
            ]
            return [says.things([self.found]), *([] if question.is_brief else each)], listed
        (thing,) = self.meant
        told = [says.stands(thing, place_of([thing]))]
        colours, kind = self._colours(thing), self._kind(thing)
        if kind is not None or colours:
            told.append(says.thing(thing, kind, colours))
        if question.is_brief:
            return told[:2], self._short(thing, colours, kind, says)
        if scene := next(iter(self._looks.found(MATCH, candidates=self._phrases)), None):
            told.append(says.action(scene))
        text = text_of(self._looks, thing.id)
        if text is not None and (lines := text.quotable()):
            told.append(says.text(lines, text.whole))
        return told, self._short(thing, colours, kind, says)

    @property
    def _phrases(self) -> list[str]:
        kinds = [kind for kinds in ACTIONS for kind in kinds]
        return phrases_for(self._looks, kinds, [self._question.thing or ""], of_things=True)

    def _colours(self, thing: Evidence) -> list[Evidence]:
        return main_colours(self._looks.found(DESCRIBE, region=thing.id))

    def _kind(self, thing: Evidence) -> Evidence | None:
        """What the classifier takes it for, where that is a kind of what the detector says."""
        seen = self._looks.seen(CLASSIFY, region=thing.id)
        fit = (e for e in seen if is_kind_of(e, thing) and e.score >= PERHAPS)
        return next(fit, None)

    def _short(
        self,
        thing: Evidence,
        colours: list[Evidence],
        kind: Evidence | None,
        says: DescriptionSentences,
    ) -> str:
        if kind is not None and kind.status == "found":
            return label(kind)
        return says.join(map(label, colours)) if colours else label(thing)


def _is_main(largest_first: list[Evidence]) -> bool:
    return len(largest_first) == 1 or share(largest_first[0]) >= LARGER * share(largest_first[1])


def _lies(e: Evidence, place: str) -> bool:
    """Whether a box lies in that half of the picture, or around its middle."""
    left, top, right, bottom = e.box_xyxy or (0, 0, 0, 0)
    x, y = (left + right) / 2 / e.picture.width, (top + bottom) / 2 / e.picture.height
    halves = {"left": x < 0.5, "right": x > 0.5, "top": y < 0.5, "bottom": y > 0.5}
    return halves.get(place, place_of([e]) == "middle")
