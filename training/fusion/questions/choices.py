"""Questions between two things, one of which is there: "Is this a kitchen or an office?"."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from training.fusion.questions.claims import denies, holds
from training.fusion.questions.facts import Facts
from training.fusion.questions.lexicon import nouns, weathers
from training.fusion.questions.queries import (
    PLACES,
    Claim,
    Query,
    coloured,
    of_subject,
    places_of,
    queries,
    slots,
    weather_of,
)

Usual = Mapping[str, int]
"""Things, places, colours, actions, weather, and for how many photographs each is true."""

_CHOSEN = {"colour is": "colour", "clothes colour is": "colour", "doing is": "action",
           "place is": "place",
           "weather is": "weather", "there": "thing"}  # fmt: skip


def usual_of(all_facts: Iterable[Facts]) -> Counter[str]:
    """How often each answer of a choice is true."""
    return Counter(
        dict(claim.slots)[_CHOSEN[claim.kind]]
        for facts in all_facts
        for claim in holds(facts)
        if claim.kind in _CHOSEN
    )


def choices(facts: Facts, usual: Usual, rng: random.Random) -> Iterator[Query]:
    """Choices whose one side holds and whose other side likely does not; either may come first.

    The other side is drawn by how often it is true elsewhere, so that no word is always wrong.
    """
    for query in queries(facts):
        if query.kind in {"animal", "vehicle", "fruit"}:
            (word, *_) = query.answers
            alike = [
                w for w, n in nouns().items() if n.group == nouns()[word].group and facts.lacks(w)
            ]
            yield from _choice("thing or other", "thing", word, alike, usual, rng)
    known = [place for place in places_of(facts) if place in nouns()]
    every = [w for w, n in nouns().items() if n.group in PLACES and n.silence == "sure"]
    others = [w for w in every if denies(facts, Claim("place is", slots(place=w)))]
    for place in known[:1]:
        alike = [w for w in others if nouns()[w].group == nouns()[place].group]
        yield from _choice("place or other", "place", place, others, usual, rng)
        yield from _choice("place or other", "place", place, alike, usual, rng)
    for word, colours in coloured(facts).items():
        others = [
            c for c in _COLOURS if denies(facts, Claim("colour is", slots(thing=word, colour=c)))
        ]
        for colour in colours if len(colours) == 1 else ():
            if colour in _COLOURS:
                yield from _choice(
                    "colour or other", "colour", colour, others, usual, rng, thing=word
                )
    for subject in facts.subjects:
        who = of_subject(subject)
        done = [name for name in subject.does if name in _ACTIONS]
        others = [a for a in _ACTIONS if denies(facts, Claim("doing is", slots(**who, action=a)))]
        if len(done) == 1:
            yield from _choice("doing or other", "action", done[0], others, usual, rng, **who)
    weather = list(weather_of(facts))
    others = [
        w
        for w in ("sunny", "rainy", "cloudy", "foggy", "snowy")
        if denies(facts, Claim("weather is", slots(weather=w)))
    ]
    if len(weather) == 1:
        yield from _choice("weather or other", "weather", weather[0], others, usual, rng)


_COLOURS = ("red", "blue", "green", "yellow", "black", "white", "brown", "orange", "pink", "purple")
_ACTIONS = ("sitting", "standing", "walking", "running", "jumping", "swimming", "laying down")


def _choice(
    kind: str,
    slot: str,
    true: str,
    others: list[str],
    usual: Usual,
    rng: random.Random,
    **more: str,
) -> Iterator[Query]:
    weights = [usual[other] for other in others]
    if any(weights):
        (false,) = rng.choices(others, weights)
        first, second = (true, false) if rng.random() < 0.5 else (false, true)
        answers = {weathers()[true].ongoing if slot == "weather" else true: 1.0}
        yield Query(kind, slots(**more, **{slot: first, "other": second}), answers)
