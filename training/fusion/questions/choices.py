"""Questions between two things, one of which is there: "Is this a kitchen or an office?"."""

from __future__ import annotations

import random
from collections.abc import Iterator

from training.fusion.questions.claims import denies
from training.fusion.questions.facts import Facts
from training.fusion.questions.lexicon import actions, nouns
from training.fusion.questions.queries import (
    PLACES,
    Claim,
    Query,
    coloured,
    of_subject,
    places_of,
    queries,
    shares,
    slots,
    weather_of,
)

_COLOURS = ("red", "blue", "green", "yellow", "black", "white", "brown", "orange", "pink", "purple")
_ACTIONS = ("sitting", "standing", "walking", "running", "jumping", "swimming", "laying down")
_WEATHER = ("sunny", "rainy", "cloudy", "foggy", "snowy")


def choices(facts: Facts, rng: random.Random) -> Iterator[Query]:
    """Choices whose one side holds and whose other side likely does not; either may come first."""
    for query in queries(facts):
        if query.kind in {"animal", "vehicle", "fruit"}:
            (word, *_) = query.answers
            group = nouns()[word].group
            alike = [w for w, n in nouns().items() if n.group == group and n.label and facts.lacks(w)]
            if alike:
                yield _choice("thing or other", "thing", word, rng.choice(alike), word, rng)
    yield from _place(facts, rng)
    for word, colours in coloured(facts).items():
        if len(colours) == 1:
            (colour,) = colours
            claims = {c: Claim("colour is", slots(thing=word, colour=c)) for c in _COLOURS}
            others = [c for c in _COLOURS if denies(facts, claims[c])]
            if others and colour in _COLOURS:
                yield _choice("colour or other", "colour", colour, rng.choice(others), colour, rng, thing=word)
    for subject in facts.subjects:
        who = of_subject(subject)
        done = [name for name in subject.does if name in _ACTIONS]
        claims = {a: Claim("doing is", slots(**who, action=a)) for a in _ACTIONS}
        others = [a for a in _ACTIONS if denies(facts, claims[a])]
        if len(done) == 1 and others and actions()[done[0]].posture != "any":
            yield _choice("doing or other", "action", done[0], rng.choice(others), done[0], rng, **who)
    known = weather_of(facts)
    if len(known) == 1:
        (weather,) = known
        others = [w for w in _WEATHER if denies(facts, Claim("weather is", slots(weather=w)))]
        if others:
            other = rng.choice(others)
            yield _choice("weather or other", "weather", weather, other, weather, rng)


def _place(facts: Facts, rng: random.Random) -> Iterator[Query]:
    known = [place for place in places_of(facts) if place in nouns()]
    if not known:
        return
    place = known[0]
    every = [w for w, n in nouns().items() if n.group in PLACES and n.silence == "sure"]
    others = [w for w in every if denies(facts, Claim("place is", slots(place=w)))]
    alike = [w for w in others if nouns()[w].group == nouns()[place].group]
    for number in range(2 if others else 0):
        other = rng.choice(alike if alike and number == 0 else others)
        yield _choice("place or other", "place", place, other, place, rng)


def _choice(
    kind: str, slot: str, true: str, false: str, answer: str, rng: random.Random, **more: str
) -> Query:
    first, second = (true, false) if rng.random() < 0.5 else (false, true)
    return Query(kind, slots(**more, **{slot: first, "other": second}), shares({answer: 1.0}))
