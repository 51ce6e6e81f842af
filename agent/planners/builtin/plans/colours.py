"""Plans questions about colours that the built-in weights were not taught.

Where a colour is ("What colour is on the left?"), which one a drawn shape has among several, which
of two there is more of, how many there are, whether there is any of one. The colours of the whole
picture are looked at, with their places; the answer is written by reference. Of every other
question it says nothing, and the weights plan it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from langchain_core.messages import BaseMessage

from agent.answer import Language
from agent.grounding.question_parts import Part
from agent.grounding.references import alike
from agent.grounding.wording import join_words
from agent.planners.builtin.plans.asked import asked_of
from agent.planners.builtin.plans.kinds import Turn, abstain, said
from tools.evidence import Evidence
from tools.words.colour_questions import part_asked_of, shapes_asked
from tools.words.labels import CLASSES, COLOURS
from tools.words.places import places_in
from tools.words.questions import mentioned
from tools.words.sentences import label_spans

DESCRIBE = "describe_colors"
Form = Literal["place", "shape", "more", "less", "count", "has"]

_COUNTED = re.compile(
    r"\b(?:how many|number of) (?:\w+ ){0,2}?colou?rs\b|(?:几|多少)[种个]?(?:不同的?)?颜?色", re.I
)
_MORE = re.compile(
    r"\bmore\b.* or |更?多.*还是|还是.*多|哪[个种]颜?色?(?:更|比较)?多", re.IGNORECASE
)
_LESS = re.compile(
    r"\b(?:less|fewer)\b.* or |更?少.*还是|还是.*少|哪[个种]颜?色?(?:更|比较)?少", re.IGNORECASE
)
_ANY = re.compile(
    r"\W*(?:is there|do you see|can you see"
    r"|does (?:it|this|the (?:picture|image|photo)) (?:have|contain))(?: any| some| a lot of)? \w+"
    r"(?: (?:in|on) (?:it|this|here|(?:the|this) (?:picture|image|photo)))?\W*"
    r"|(?:图|图片|照片|画面)?(?:里|中|上)?有(?:没有)?[^的]{1,3}色[吗么嘛]?\W*",
    re.IGNORECASE,
)
"""Whether there is any of a colour, of whatever thing."""
_SOME_SHAPE = re.compile(r"\b(?:shape|figure|form)\b|形状|图形", re.IGNORECASE)
"""Whichever lies there; a logo or a text has to be told from the rest."""
_CENTRE = (0.4, 0.6)
_REACH = 0.75
"""How far, as a share of its side of the picture, a colour at one side may reach to the other."""


@dataclass(frozen=True)
class _Question:
    form: Form
    places: tuple[str, ...] = ()
    shapes: frozenset[str] = frozenset()
    colours: tuple[str, ...] = ()


def next_turn(messages: Sequence[BaseMessage], tools: Sequence[dict[str, Any]]) -> Turn | None:
    """What to do next for such a question; None: let the weights plan."""
    asked = asked_of(messages, tools, DESCRIBE)
    question = _question(asked.part, asked.language) if asked is not None else None
    if asked is None or question is None:
        return None
    if asked.is_refused:
        return abstain("unsure")
    if not asked.seen:
        looked_at = "all" if question.form in ("more", "less") else None
        arguments = {"picture": asked.picture, "region": None, "part": looked_at}
        return Turn(((DESCRIBE, arguments),))
    if asked.seen[0].evidence is None:
        return abstain("could_not_look")
    found = [e for e in asked.seen[0].evidence if e.status == "found"]
    return _answer(question, found, _Sentences(asked.language))


def _question(part: Part, language: Language) -> _Question | None:
    text = part.text
    things = [label for label in mentioned(text, CLASSES) if label not in COLOURS]
    if things or part_asked_of(text) == "background":
        return None
    if _COUNTED.search(text):
        return _Question("count")
    named = (label for _, _, label in label_spans(text, language) if label in COLOURS)
    colours = tuple(dict.fromkeys(named))
    if of_named := _of_named(text, colours):
        return of_named
    if part.kind != "colour":
        return None
    places, shapes = tuple(places_in(text)), shapes_asked(text)
    if shapes:
        return _Question("shape", places, shapes)
    is_drawn = part_asked_of(text) == "thing" and not _SOME_SHAPE.search(text)
    return _Question("place", places) if places and not is_drawn else None


def _of_named(text: str, colours: tuple[str, ...]) -> _Question | None:
    """A question about the colours that it names."""
    if len(colours) == 2 and (_MORE.search(text) or _LESS.search(text)):
        return _Question("more" if _MORE.search(text) else "less", colours=colours)
    if len(colours) == 1 and _ANY.fullmatch(text):
        return _Question("has", colours=colours)
    return None


def _answer(question: _Question, found: list[Evidence], says: _Sentences) -> Turn:
    if question.form == "count":
        is_clear = all(e.box_xyxy is not None or e.text == "background" for e in found)
        return said(*says.number(found)) if found and is_clear else abstain("unsure")
    if question.form == "has":
        return said(*says.any_of(found, question.colours[0])) if found else abstain("unsure")
    if question.form in ("more", "less"):
        two = [e for colour in question.colours for e in found if e.label == colour]
        return said(*says.more(two, question.form)) if len(two) == 2 else abstain("unsure")
    things = [e for e in found if e.text != "background"]
    if question.form == "shape":
        if len({e.label for e in things}) == 1:  # whichever is meant
            return said(*says.it_is(things))
        things = [e for e in things if e.text in question.shapes]
    placed = [e for e in things if all(_lies(e, place) for place in question.places)]
    return said(*says.it_is(placed)) if placed else abstain("unsure")


def _lies(e: Evidence, place: str) -> bool:
    """Whether a colour lies at one side of the picture, or in its middle, and does not fill it."""
    if e.box_xyxy is None:
        return False
    left, top, right, bottom = e.box_xyxy
    across = (left / e.picture.width, right / e.picture.width)
    down = (top / e.picture.height, bottom / e.picture.height)
    if place == "middle":
        centred = [_CENTRE[0] <= sum(ends) / 2 <= _CENTRE[1] for ends in (across, down)]
        return all(centred) and min(ends[1] - ends[0] for ends in (across, down)) <= _REACH
    first, last = across if place in ("left", "right") else down
    if place in ("right", "bottom"):
        first, last = 1 - last, 1 - first
    return (first + last) / 2 < _CENTRE[0] and last <= _REACH


class _Sentences:
    """The answers, by reference: each the sentence and the short answer."""

    def __init__(self, language: Language) -> None:
        self._language = language
        self._is_zh = language == "zh"

    def it_is(self, colours: Sequence[Evidence]) -> tuple[str, str]:
        """Of these colours it is."""
        named = self._named(colours)
        return self._sentence("It is ", "是", named, colours), named

    def number(self, colours: Sequence[Evidence]) -> tuple[str, str]:
        """How many colours there are, the ground's among them."""
        count = f"{{count {' '.join(e.id for e in colours)}}}"
        ground = "(背景)" if self._is_zh else " (background)"
        named = join_words(
            [f"{{{e.id}.label}}{ground if e.text == 'background' else ''}" for e in colours],
            self._language,
        )
        told = f"{count}{':' if self._is_zh else ': '}{named}"
        return self._sentence("I count ", "数量:", told, colours), count

    def any_of(self, colours: Sequence[Evidence], colour: str) -> tuple[str, str]:
        """Which colours there are, and whether this is one of them."""
        has = f"{{has {' '.join(e.id for e in colours)} {colour}}}"
        return self._sentence("I see ", "图中有", self._named(colours), colours), has

    def more(self, two: Sequence[Evidence], form: Form) -> tuple[str, str]:
        """Of which of two there is more (or less), or that there is as much of both."""
        first, second = two
        which = f"{{{'most' if form == 'more' else 'least'} {first.id} {second.id}}}"
        shares = ", ".join(f"{{{e.id}.label}} {{{e.id}.value}}" for e in two)
        if alike(two):
            return self._sentence("They are about equal: ", "大概一样:", shares, two), which
        begin = (f"There is {form} {which}: ", f"更{'多' if form == 'more' else '少'}的是{which}:")
        return self._sentence(*begin, shares, two), which

    def _named(self, colours: Sequence[Evidence]) -> str:
        labels = dict.fromkeys(e.label for e in colours)
        firsts = [next(e for e in colours if e.label == label) for label in labels]
        return join_words([f"{{{e.id}.label}}" for e in firsts], self._language)

    def _sentence(self, english: str, chinese: str, told: str, cited: Sequence[Evidence]) -> str:
        begin, stop = (chinese, "。") if self._is_zh else (english, ".")
        return f"{begin}{told} [{' '.join(e.id for e in cited)}]{stop}"
