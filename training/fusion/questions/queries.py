"""Questions before they have words: what is asked of a photograph, and the answers.

A query is an open question ("What colour is …?") with its answers; a claim ("… is red") is asked as
a yes/no question, of pictures where it holds and, by `denies`, of some where it likely does not.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Literal, NamedTuple

from training.fusion.questions.captions import WORN
from training.fusion.questions.facts import FAINT, FEMALE, MALE, SURE, Facts, Subject, once
from training.fusion.questions.lexicon import actions, noun_of, nouns, places, sports, weathers
from training.fusion.questions.sources import Box

Slots = tuple[tuple[str, str], ...]
"""Names of slots and the words in them: (("thing", "dog"), ("colour", "black"))."""


class Query(NamedTuple):
    """An open question and the answers that people would give, with their shares."""

    kind: str
    slots: Slots
    answers: dict[str, float]


class Claim(NamedTuple):
    """What may hold of a photograph."""

    kind: str
    slots: Slots


def slots(**words: str) -> Slots:
    """The slots of a question."""
    return tuple(words.items())


def shares(counts: Mapping[str, float]) -> dict[str, float]:
    """Counts as shares of one, without what has less than a twentieth, the largest first."""
    total = sum(counts.values())
    kept = {w: n for w, n in counts.items() if n >= total / 20}
    total = sum(kept.values())
    ordered = sorted(kept.items(), key=lambda item: (-item[1], item[0]))
    return {word: round(n / total, 3) for word, n in ordered}


def of_subject(subject: Subject) -> dict[str, str]:
    """The slots that name somebody."""
    return {"who": subject.who, "number": "many" if subject.many else "one"}


_VAGUE = frozenset({"standing", "looking", "posing", "waiting", "sitting", "smiling", "playing"})
ROOMS = ("kitchen", "bathroom", "bedroom", "living room", "dining room", "office")
PLACES = frozenset({"inside", "shop", "outside", "water", "bar"})


@once
def queries(facts: Facts) -> list[Query]:
    """All open questions that the photograph answers."""
    about = [query for subject in facts.subjects for query in _about(subject)]
    parts = (_colours, _looks, _upon, _counts, _kinds, _where, _weather, _sides)
    return about + [query for part in parts for query in part(facts)]


def _about(subject: Subject) -> Iterator[Query]:
    who = of_subject(subject)
    person = nouns()[subject.who].group == "person"
    doing = Counter(subject.does)
    for thing, times in subject.rides.items():
        doing[f"riding {thing}"] += times
        doing["riding"] += 0
    if doing:
        vague = all(name in _VAGUE for name in doing)
        weights = {n: c * (1 if vague or n not in _VAGUE else 0.4) for n, c in doing.items() if c}
        yield Query("doing", slots(**who), shares(weights))
    if subject.holds:
        kind = "holding" if person else "mouth"
        yield Query(kind, slots(**who), shares(subject.holds))
    if subject.rides:
        yield Query("riding", slots(**who), shares(subject.rides))
    on = {what: n for (how, what), n in subject.placed.items() if how == "on" and _bears(what)}
    postures = [n for n in ("sitting", "laying down", "standing") if subject.does[n]]
    if on and len(postures) == 1:
        yield Query("on", slots(**who, action=postures[0]), shares(on))
    if person and not subject.many:
        yield from _clothes(subject, who)
    where = {what: n for (_, what), n in subject.placed.items()
              if nouns()[what].group in PLACES | {"ground", "vehicle", "furniture"}}  # fmt: skip
    if where:
        yield Query("where is", slots(**who), shares(where))


def _bears(word: str) -> bool:
    """Whether somebody can be on it."""
    group = nouns()[word].group
    return (
        group in {"furniture", "ground", "outside", "vehicle", "background", "never"}
        or word in _BEARING
    )


_BEARING = frozenset({"swing", "trampoline", "log", "blanket", "towel", "skateboard", "surfboard",
                      "snowboard", "skis", "stairs", "bridge", "slide", "wakeboard", "counter",
                      "floor", "horse", "elephant"})  # fmt: skip


def _clothes(subject: Subject, who: dict[str, str]) -> Iterator[Query]:
    worn = {garment: sum(colours.values()) for garment, colours in subject.wears.items()}
    plain = {g: n for g, n in worn.items() if g not in {"outfit", "hair"}}
    if plain:
        yield Query("wearing", slots(**who), shares(plain))
    for group, kind in (("head", "on head"), ("eyes", "on eyes")):
        those = {g: n for g, n in plain.items() if nouns()[g].group == group}
        if those:
            yield Query(kind, slots(**who), shares(those))
    for garment, colours in subject.wears.items():
        known = {colour: n for colour, n in colours.items() if colour}
        if known:
            kind = "colour of hair" if garment == "hair" else "colour of clothes"
            yield Query(kind, slots(**who, garment=garment), shares(known))


def _colours(facts: Facts) -> Iterator[Query]:
    for word, known in coloured(facts).items():
        yield Query("colour", slots(thing=word), shares(known))


_UNCOLOURED = frozenset({"person", "garment", "head", "eyes", "face", "collar", "crowd", "inside",
                         "shop", "bar", "room", "never", "outside"})  # fmt: skip


@once
def coloured(facts: Facts) -> dict[str, Counter[str]]:
    """Single things, and how often each colour is said of them."""
    found = {}
    for word in facts.named:
        noun = nouns()[word]
        worn = noun.group in WORN and noun.silence == "sure"
        if (noun.group in _UNCOLOURED and not worn) or not facts.single(word):
            continue
        known = Counter(p.colour for p in facts.phrases_of(word) if p.colour)
        if known:
            found[word] = known
    return found


def _looks(facts: Facts) -> Iterator[Query]:
    for word in facts.named:
        phrases = facts.phrases_of(word)
        for quality in ("material", "pattern"):
            said = Counter(v for p in phrases if (v := getattr(p, quality)))
            if said and nouns()[word].group not in {"person", "animal", "crowd"}:
                yield Query(quality, slots(thing=word), shares(said))


_SURFACES = {
    "on": {"table", "dining table", "desk", "plate", "bed", "couch", "bench", "counter", "tray",
           "stove", "wall", "beach", "street", "grass"},
    "in": {"bowl", "cup", "vase", "water", "sky", "sink", "basket"},
}  # fmt: skip


def _upon(facts: Facts) -> Iterator[Query]:
    for how, surfaces in _SURFACES.items():
        for surface in sorted(surfaces & facts.named.keys()):
            there = Counter(
                relation.who.word
                for parsed in facts.captions
                for relation in parsed.relations
                if (relation.kind, relation.what) == (how, surface)
            )
            if there:
                yield Query(f"{how} it", slots(thing=surface), shares(there))


def _counts(facts: Facts) -> Iterator[Query]:
    for word, answers in counted(facts).items():
        yield Query("how many", slots(thing=word), answers)


_COUNTED_GROUPS = frozenset(
    {"person", "animal", "thing", "vehicle", "ball", "fruit", "food", "furniture"}
)


@once
def counted(facts: Facts) -> dict[str, dict[str, float]]:
    """Things of which the number is known, and the answers to "How many?"."""
    found: dict[str, dict[str, float]] = {}
    photograph = facts.photograph
    for label in sorted({b.label for b in (*photograph.people, *photograph.teacher)}):
        word = noun_of(label).word
        if label in photograph.covered:
            number = sum(b.label == label for b in photograph.people)
            if 1 <= number <= 12:
                found[word] = spread(number, 0.95 if number < 5 else 0.7)
            continue
        boxes = [b for b in photograph.teacher if b.label == label]
        sure = sum(b.score >= SURE for b in boxes)
        if 1 <= sure <= 6 and not any(FAINT / 2 <= b.score < SURE for b in boxes):
            found[word] = spread(sure, 0.85 if sure < 4 else 0.6)
    for word in facts.named:
        phrases = facts.phrases_of(word)
        if nouns()[word].group not in _COUNTED_GROUPS or nouns()[word].group == "person":
            continue
        numbers = Counter(p.number for p in phrases if p.many and p.number)
        if numbers and len(numbers) == 1 and sum(numbers.values()) >= 2:
            found[word] = spread(next(iter(numbers)), 0.95)
    people = _people(facts)
    if people:
        found["person"] = spread(people, 0.95)
    elif facts.captions and "person" in found and facts.people_words:
        del found["person"]  # the captions and the boxes may disagree
    return found


def _people(facts: Facts) -> int | None:
    """The number of people, where the captions agree on it."""
    totals: Counter[int] = Counter()
    for parsed in facts.captions:
        those = [p for p in parsed.phrases if p.group in {"person", "crowd"}]
        if any(p.group == "crowd" or (p.many and not p.number) for p in those):
            return None
        if those:
            totals[sum(p.number or 1 for p in those)] += 1
    boxes = sum(b.label == "person" and b.score >= FAINT for b in facts.photograph.teacher)
    if len(totals) == 1 and sum(totals.values()) >= 3:
        (number,) = totals
        return number if boxes <= number else None
    return None


def spread(number: int, right: float) -> dict[str, float]:
    """An answer, and a little for its neighbours."""
    aside = round((1 - right) / 2, 3)
    return {str(number): right, str(number + 1): aside, str(max(0, number - 1)): aside}


def _kinds(facts: Facts) -> Iterator[Query]:
    for group, kind in (
        ("animal", "animal"),
        ("vehicle", "vehicle"),
        ("fruit", "fruit"),
        ("food", "food"),
    ):
        those = {w: float(facts.named[w]) for w in facts.named if nouns()[w].group == group}
        boxes = (*facts.photograph.people, *facts.photograph.teacher)
        sure = {noun_of(box.label) for box in boxes if box.score >= SURE}
        boxed = {noun.word for noun in sure if noun.group == group}
        if group == "food":
            those = {w: n for w, n in those.items() if w not in {"food", "meat"}}
        if len(boxed) == 1:
            those = those or {next(iter(boxed)): 1.0}
        if those and len(boxed - set(those)) == 0 and (group == "food" or len(those) == 1):
            yield Query(kind, (), shares(those))
    if facts.lone_person:
        who = facts.who()
        if who in MALE | FEMALE:
            male = who in MALE
            young = who in {"boy", "girl"}
            yield Query("gender", slots(age="young" if young else "grown"), {who: 1.0})
            yield Query("sex", (), {"male" if male else "female": 1.0})
    if played := sports_of(facts):
        yield Query("sport", (), shares(played))
    if facts.photograph.product:
        yield Query("product", (), {facts.photograph.product: 1.0})
    elif largest := _largest(facts):
        yield Query("what is this", (), {noun_of(largest).word: 1.0})


def _largest(facts: Facts) -> str | None:
    boxes = [b for b in (*facts.photograph.people, *facts.photograph.teacher) if b.score >= SURE]
    labels = {b.label for b in boxes if b.area > 0.04}
    big = [b for b in boxes if b.area > 0.25]
    return big[0].label if len(labels) == 1 and big and big[0].label != "person" else None


@once
def sports_of(facts: Facts) -> Counter[str]:
    """Sports by what people do and what they do it with."""
    found: Counter[str] = Counter()
    for name, times in facts.actions.items():
        sport = actions()[name].sport
        if sport and (sport != "rock climbing" or {"rock", "cliff", "wall"} & facts.named.keys()):
            found[sport] += times
    people = facts.people_words or facts.named["dog"]
    for sport, (_, things) in sports().items():
        times = sum(facts.named[thing] for thing in things)
        if people and times and (times >= 2 or found[sport]):
            found[sport] += times
    if len(found) > 1:
        found = Counter({s: n for s, n in found.items() if n >= 2})
    return found


@once
def places_of(facts: Facts) -> dict[str, float]:
    """Where it was taken, as people would answer."""
    if facts.photograph.scene:
        return places()[facts.photograph.scene][1]
    return {w: float(n) for w, n in facts.named.items() if nouns()[w].group in PLACES and n >= 2}


def _where(facts: Facts) -> Iterator[Query]:
    known = places_of(facts)
    if known:
        yield Query("where", (), shares(known))
        best = max(known, key=lambda w: known[w])
        if best in ROOMS:
            yield Query("room", (), {best: 1.0})
    if facts.setting:
        yield Query("in or out", (), {facts.setting: 1.0})
        yield Query("inside or outside", (), {facts.setting.replace("doors", "side"): 1.0})
    ground = {
        w: float(n) for w, n in facts.named.items() if w in {"grass", "snow", "sand", "mud", "ice"}
    }
    if ground and sum(ground.values()) >= 2:
        yield Query("ground", (), shares(ground))


def _weather(facts: Facts) -> Iterator[Query]:
    kinds = weather_of(facts)
    if kinds:
        yield Query("weather", (), shares(kinds))
    times: dict[str, float] = {}
    if facts.photograph.weather == "sunrise" or facts.said["sunset"]:
        times = {"sunset": 0.35, "sunrise": 0.25, "morning": 0.2, "evening": 0.2}
    elif time := time_of(facts):
        times = (
            {"night": 1.0} if time == "night" else {"day": 0.4, "daytime": 0.2, "afternoon": 0.4}
        )
    if times:
        yield Query("time of day", (), shares(times))
    if time := time_of(facts):
        yield Query("day or night", (), {time: 1.0})
    if facts.named["snow"] >= 2 or facts.said["winter"]:
        yield Query("season", (), {"winter": 1.0})
    elif facts.said["autumn"]:
        yield Query("season", (), {"fall": 0.9, "autumn": 0.1})
    elif {"swimsuit", "swim trunks"} & set(facts.named) and facts.setting == "outdoors":
        yield Query("season", (), {"summer": 1.0})


@once
def time_of(facts: Facts) -> Literal["day", "night", ""]:
    """Whether it is day or night; empty where nothing says so, and between the two."""
    if facts.photograph.weather == "sunrise" or facts.said["sunset"]:
        return ""
    day = facts.photograph.weather or facts.said["day"] or facts.said["sunny"]
    if facts.said["night"]:
        return "" if day else "night"
    return "day" if day else ""


@once
def weather_of(facts: Facts) -> dict[str, float]:
    """The weather in people's words; empty where nothing is said."""
    if label := facts.photograph.weather:
        return {weathers()[label].word: 1.0} if label in weathers() else {}
    return {weathers()[s].word: float(n) for s, n in facts.said.items() if s in weathers()}


def _sides(facts: Facts) -> Iterator[Query]:
    for label, side in sided(facts).items():
        yield Query("side", slots(thing=noun_of(label).word), {side: 1.0})


@once
def sided(facts: Facts) -> dict[str, str]:
    """Labels of single things that lie clearly left or right of the middle."""
    photograph = facts.photograph
    boxes: list[Box] = [
        *photograph.people,
        *(b for b in photograph.teacher if b.label not in photograph.covered),
    ]
    found = {}
    for label in dict.fromkeys(box.label for box in boxes):
        those = [b for b in boxes if b.label == label]
        if len(those) != 1 or those[0].score < SURE or those[0].area < 0.01:
            continue
        if those[0].x2 < 0.5:
            found[label] = "left"
        elif those[0].x1 > 0.5:
            found[label] = "right"
    return found
