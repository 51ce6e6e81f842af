"""What a description says of a photograph or a drawing: place, things, what is done, colours, text.

What of it is seen comes from the detector, the classifier, the colours and the text; what the whole
looks like (`tools.match_text`) is an estimate, and is said as one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from agent.grounding.places import third
from agent.planners.builtin.plans.colours import DESCRIBE
from agent.planners.builtin.plans.described_text import Text, share, text_of
from agent.planners.builtin.plans.description_questions import DescriptionQuestion
from agent.planners.builtin.plans.description_sentences import DescriptionSentences, ids, label
from agent.planners.builtin.plans.kinds import CLASSIFY, DETECT, Call
from agent.planners.builtin.plans.looks import Looks
from tools.evidence import Evidence
from tools.words.described_scenes import scenes
from tools.words.kinds import standard

MATCH = "match_text"
SENTENCES = 8
"""The most sentences of a description."""
LABELS, BRIEF_LABELS, SHORT_LABELS = 8, 4, 3
"""The most labels that are told, in a brief description, in the short answer."""
COLOURED = 2
"""Things whose colours are told ..."""
SEEN_WELL = 0.03
"""... each of them the only one of its label, and as large a part of the picture at least."""
NARROW = 0.6
"""Of the width of the picture: what is wider stands at no side of it."""
MANY = 3
"""Things of one label that are told to stand at one place; of more only how many there are."""
ALSO_SURE = 0.9
"""A kind that no box shows is told beside the boxes from this score on, and so is a scene."""
LIKELY = 0.4
"""The least score of a candidate that is worth a "perhaps" which nobody has asked for."""
SECOND, LARGE = 0.25, 0.15
"""Shares of a colour that is told: the second of a thing, each of a picture."""
BACKGROUND = "background"
PLACES = ("left", "middle", "right")
PEOPLE = "person"
"""Whose colours are those of clothes and skin: they are only told where somebody asks."""
_INDOORS, _OUTDOORS = "indoors", "outdoors"
_PLACE, _WEATHER = (_INDOORS, _OUTDOORS), ("weather",)
ACTIONS = (("people",), ("animals", "vehicles", "food", "view"))
"""Kinds of phrases: of each of these sets one is told at most."""


@dataclass(frozen=True)
class _Said:
    """A sentence, and how much it matters: 1 the most."""

    text: str
    rank: int


class Photo:
    """A picture of things, as it was looked at."""

    def __init__(self, looks: Looks) -> None:
        self._looks = looks

    @cached_property
    def things(self) -> list[list[Evidence]]:
        """What the detector found, label by label, those that fill most of the picture first."""
        groups: dict[str, list[Evidence]] = {}
        for e in self._looks.found(DETECT, labels=[]):
            groups.setdefault(e.label or "", []).append(e)
        return sorted(groups.values(), key=lambda group: -sum(map(share, group)))[:LABELS]

    @cached_property
    def text(self) -> Text | None:
        """What was read."""
        return text_of(self._looks)

    @cached_property
    def kinds(self) -> list[Evidence]:
        """What the classifier takes it for: the sure kind first, then candidates."""
        return [e for e in self._looks.seen(CLASSIFY, region=None) if e.status != "none"]

    @property
    def colours(self) -> list[Evidence]:
        """Those of the whole picture."""
        return self._looks.found(DESCRIBE, region=None)

    def colours_of(self, thing: Evidence) -> list[Evidence]:
        """Those of one thing that was looked at, at most two."""
        return main_colours(self._looks.found(DESCRIBE, region=thing.id))

    def scene(self, kinds: Sequence[str]) -> Evidence | None:
        """The phrase of these kinds that surely fits: of so many some may seem to by chance."""
        candidates = self._candidates(kinds)
        found = self._looks.found(MATCH, candidates=candidates) if candidates else []
        return next((e for e in found if e.score >= ALSO_SURE), None)

    def further_looks(self) -> list[Call]:
        """The colours of the main things, and the phrases that may fit."""
        sets = [self._candidates(kinds) for kinds in (_PLACE, _WEATHER, *ACTIONS)]
        return [
            *((DESCRIBE, {"region": e.id, "part": None}) for e in self.coloured),
            *((MATCH, {"candidates": phrases, "region": None}) for phrases in sets if phrases),
        ]

    def told(
        self, question: DescriptionQuestion, says: DescriptionSentences
    ) -> tuple[list[str], str]:
        """The sentences, and the short answer; no sentence where there is nothing to tell."""
        scene = list(_scene(self, says))
        actions = [_Said(says.action(e), 2) for kinds in ACTIONS if (e := self.scene(kinds))]
        details = list(_details(self, says))
        if question.is_brief:
            first = [s.text for s in (actions if question.of_action else scene)[:1]]
            rest = self.listed(says)[0] or [s.text for s in details[:1]]
            return first + rest, _short(self)
        things = list(_things(self, says))
        begin = [*actions, *scene, *things] if question.of_action else [*scene, *things, *actions]
        said = [*begin, *details]
        kept = sorted(said, key=lambda s: s.rank)[:SENTENCES]
        return [s.text for s in said if s in kept], _short(self)

    def listed(self, says: DescriptionSentences) -> tuple[list[str], str]:
        """The main things in one sentence, and the short answer; none where there are none."""
        groups = self.things[:BRIEF_LABELS]
        return ([says.things(groups)], _short(self)) if groups else ([], "")

    @property
    def alone(self) -> list[Evidence]:
        """The things that are the only one of their label."""
        return [group[0] for group in self.things if len(group) == 1]

    @property
    def coloured(self) -> list[Evidence]:
        """The things whose colours are worth telling."""
        fit = [e for e in self.alone if e.label != PEOPLE and share(e) >= SEEN_WELL]
        return fit[:COLOURED]

    def kind_of(self, thing: Evidence) -> Evidence | None:
        """The kind of thing that the classifier takes one of them for."""
        below = (e for e in self.kinds if is_kind_of(e, thing) and e.score >= LIKELY)
        return next(below, None)

    def _candidates(self, kinds: Sequence[str]) -> list[str]:
        return phrases_for(self._looks, kinds, [group[0].label or "" for group in self.things])


def phrases_for(
    looks: Looks, kinds: Sequence[str], found: Sequence[str], *, of_things: bool = False
) -> list[str]:
    """The phrases of some kinds that may fit where these labels were found.

    With `of_things` only those that are about things, not about all of a picture.
    """
    known = looks.choices(DETECT, "labels")
    return [
        scene.english
        for scene in scenes()
        if scene.kind in kinds and scene.may_fit(found, known) and (scene.things or not of_things)
    ]


def main_colours(colours: Sequence[Evidence]) -> list[Evidence]:
    """The first colour of a thing, and the second where there is much of it."""
    return [e for n, e in enumerate(colours[:2]) if not n or _share_of(e) >= SECOND]


def place_of(group: Sequence[Evidence]) -> str | None:
    """Where all of a group stands: left, middle or right; None where that is no one place."""
    places = {_place_of(e) for e in group}
    return places.pop() if len(places) == 1 and len(group) <= MANY else None


def _place_of(e: Evidence) -> str | None:
    if e.box_xyxy is None:
        return None
    left, _, right, _ = e.box_xyxy
    width = e.picture.width
    is_narrow = right - left <= NARROW * width
    return PLACES[third((left + right) / 2 / width)] if is_narrow else None


def _scene(photo: Photo, says: DescriptionSentences) -> Iterator[_Said]:
    """The place, and the weather where that is outdoors."""
    place = photo.scene(_PLACE)
    if place is None:
        return
    yield _Said(says.place(place), 1)
    weather = photo.scene(_WEATHER)
    outdoors = {s.english for s in scenes() if s.kind == _OUTDOORS}
    if weather is not None and place.label in outdoors:
        yield _Said(says.weather(weather), 3)


def _things(photo: Photo, says: DescriptionSentences) -> Iterator[_Said]:
    """How many things there are: those at no one place first, then place by place."""
    for place in (None, *PLACES):
        groups = [group for group in photo.things if place_of(group) == place]
        if groups:
            yield _Said(says.things(groups, place), 1)


def _details(photo: Photo, says: DescriptionSentences) -> Iterator[_Said]:
    """Kinds, colours and text."""
    named = {e.id: kind for e in photo.alone if (kind := photo.kind_of(e)) is not None}
    coloured = {e.id: colours for e in photo.coloured if (colours := photo.colours_of(e))}
    for e in photo.alone:
        if e.id in named or e.id in coloured:
            rank = 2 if e.id in named else 3
            yield _Said(says.thing(e, named.get(e.id), coloured.get(e.id, ())), rank)
    if not named:
        yield from _other_kind(photo, says)
    if not coloured:
        yield from _picture_colours(photo, says)
    if photo.text is not None and (lines := photo.text.quotable()):
        yield _Said(says.text(lines, photo.text.whole), 2)


def _other_kind(photo: Photo, says: DescriptionSentences) -> Iterator[_Said]:
    """What the classifier is sure of and no box shows."""
    sure = next((e for e in photo.kinds if e.status == "found"), None)
    boxes = [e for group in photo.things for e in group]
    if sure is None or any(_is_one(sure, e) or is_kind_of(e, sure) for e in boxes):
        return
    if not boxes:
        below = [e for e in photo.kinds if is_kind_of(e, sure) and e.score >= LIKELY]
        yield _Said(says.looks_like(sure, next(iter(below), None)), 1)
    elif sure.score >= ALSO_SURE:
        yield _Said(says.also(sure), 2)


def is_kind_of(kind: Evidence, thing: Evidence) -> bool:
    """Whether one label means a kind that stands below the other's."""
    below, above = standard().find(kind.label or ""), standard().find(thing.label or "")
    if below is None or above is None or below == above:
        return False
    return standard().is_a(below.key, above.key)


def _is_one(one: Evidence, other: Evidence) -> bool:
    kinds = [standard().find(e.label or "") for e in (one, other)]
    return kinds[0] is not None and (kinds[0] == kinds[1] or is_kind_of(one, other))


def _picture_colours(photo: Photo, says: DescriptionSentences) -> Iterator[_Said]:
    """The shapes or colours of a drawing and its ground, or those of all of the picture."""
    ground = [e for e in photo.colours if e.text == BACKGROUND]
    drawn = [e for e in photo.colours if e.text != BACKGROUND and e.text]
    other = [e for e in photo.colours if not e.text]
    if drawn and not photo.things:
        yield _Said(says.shapes(drawn), 1)
    elif ground and other and not photo.things:
        yield _Said(says.colours(main_colours(other)), 3)
    if ground:
        yield _Said(says.background(ground[:1]), 3)
    elif large := [e for e in other if _share_of(e) >= LARGE][:3]:
        yield _Said(says.main_colours(large), 4)


def _short(photo: Photo) -> str:
    """The main things, or what else there is to name."""
    if photo.things:
        return f"{{list {ids([e for group in photo.things[:SHORT_LABELS] for e in group])}}}"
    sure = next((e for e in photo.kinds if e.status == "found"), None)
    named = sure or photo.scene(_PLACE) or next(iter(photo.colours), None)
    lines = photo.text.quotable() if photo.text is not None and sure is None else []
    if lines:
        return f"{{{lines[0].id}.text}}"
    return label(named) if named is not None else ""


def _share_of(colour: Evidence) -> float:
    return float(str(colour.value))
