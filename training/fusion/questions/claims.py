"""What may be asked with yes or no: what holds of a photograph, and what likely does not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from tools.words.labels import CLASSES
from training.fusion.questions.facts import FEMALE, MALE, Facts, Subject
from training.fusion.questions.lexicon import actions, near, noun_of, nouns
from training.fusion.questions.queries import (
    Claim,
    coloured,
    counted,
    of_subject,
    places_of,
    sided,
    slots,
    sports_of,
    time_of,
    weather_of,
)

_SHOWN = frozenset({"other", "person", "animal", "thing", "ball", "food", "drink", "vehicle",
                    "furniture", "background", "ground", "fruit", "head", "eyes"})  # fmt: skip
_PLACES = frozenset({"inside", "shop", "outside"})


def holds(facts: Facts) -> Iterator[Claim]:
    """All that holds of a photograph."""
    yield from _things(facts)
    yield from _places(facts)
    for subject in facts.subjects:
        yield from _about(subject)
    yield from _numbers(facts)
    for word, colours in coloured(facts).items():
        if len(colours) == 1:
            yield Claim("colour is", slots(thing=word, colour=next(iter(colours))))
    for sport in sports_of(facts):
        yield Claim("sport is", slots(sport=sport))
    if facts.lone_person and (who := facts.who()) in MALE | FEMALE:
        yield Claim("gender is", slots(who=who))
    for label, side in sided(facts).items():
        yield Claim("side is", slots(thing=noun_of(label).word, side=side))


def _things(facts: Facts) -> Iterator[Claim]:
    for word in sorted(facts.words & nouns().keys()):
        noun = nouns()[word]
        if noun.silence != "never" and noun.group in _SHOWN and not _disputed(facts, word):
            yield Claim("there", slots(thing=word))


def _places(facts: Facts) -> Iterator[Claim]:
    labelled = places_of(facts) if facts.photograph.scene else {}
    said = {w for w, n in facts.named.items() if nouns()[w].group in _PLACES and n >= 2}
    for place in sorted((labelled.keys() | said) & nouns().keys()):
        if nouns()[place].silence != "never" or place in labelled:
            yield Claim("place is", slots(place=place))
    for kind in weather_of(facts):
        yield Claim("weather is", slots(weather=kind))
    if time := time_of(facts):
        yield Claim(f"{time} is", ())
    if facts.setting:
        yield Claim("setting is", slots(setting=facts.setting))


def _numbers(facts: Facts) -> Iterator[Claim]:
    for word, answers in counted(facts).items():
        number = next(iter(answers))
        yield Claim("just one" if number == "1" else "more than one", slots(thing=word))
        if "2" <= number <= "4":
            yield Claim("number is", slots(thing=word, count=number))


def _disputed(facts: Facts, word: str) -> bool:
    """Whether others call the one person that is there something else: a man, a boy."""
    if not facts.lone_person or nouns()[word].group != "person":
        return False
    who = facts.who()
    young = {"child"} if who in {"boy", "girl", "baby"} else set()
    return word not in {who, "person"} | young


def _about(subject: Subject) -> Iterator[Claim]:
    who = of_subject(subject)
    for name in subject.does:
        yield Claim("doing is", slots(**who, action=name))
    if subject.many or nouns()[subject.who].group != "person":
        return
    for garment, colours in subject.wears.items():
        if garment not in {"outfit", "hair"}:
            yield Claim("wearing is", slots(**who, garment=garment))
        known = [colour for colour in colours if colour]
        if len(known) == 1 and garment not in {"outfit", "hair"}:
            yield Claim("clothes colour is", slots(**who, garment=garment, colour=known[0]))
    for thing in subject.holds:
        yield Claim("holding is", slots(**who, thing=thing))


def denies(facts: Facts, claim: Claim) -> bool:
    """Whether a claim that holds of other photographs likely does not hold of this one."""
    words = dict(claim.slots)
    check = _CHECKS[claim.kind]
    return check(facts, words)


def _no_thing(facts: Facts, words: dict[str, str]) -> bool:
    return facts.lacks(words["thing"])


def _no_place(facts: Facts, words: dict[str, str]) -> bool:
    place = words["place"]
    if not facts.photograph.scene and not facts.setting:
        return False
    known = set(places_of(facts)) | set(facts.named)
    inside = nouns()[place].group in {"inside", "shop"}
    if facts.setting and (facts.setting == "indoors") != inside:
        return True
    return (
        bool(places_of(facts)) and place not in known and not near().get(place, frozenset()) & known
    )


def _subject(facts: Facts, words: dict[str, str]) -> Subject | None:
    many = words["number"] == "many"
    return next((s for s in facts.subjects if s.who == words["who"] and s.many == many), None)


def _not_doing(facts: Facts, words: dict[str, str]) -> bool:
    subject, action = _subject(facts, words), actions()[words["action"]]
    if (
        subject is None
        or not subject.does
        or action.name in facts.actions
        or action.silence == "never"
    ):
        return False
    done = set(facts.actions)
    if any(action.name in near().get(name, frozenset()) for name in done):
        return False
    postures = {actions()[name].posture for name in subject.does} - {"any"}
    if action.silence == "sure":
        return not subject.many and subject.mentions >= 3
    return bool(postures) and action.posture not in postures


def _not_wearing(facts: Facts, words: dict[str, str]) -> bool:
    subject, garment = _subject(facts, words), nouns()[words["garment"]]
    if subject is None or garment.silence != "sure" or garment.word in facts.possible:
        return False
    return subject.mentions >= 3 and bool(subject.wears)


def _not_holding(facts: Facts, words: dict[str, str]) -> bool:
    subject = _subject(facts, words)
    return subject is not None and facts.lacks(words["thing"])


def _other_colour(facts: Facts, words: dict[str, str]) -> bool:
    known = coloured(facts).get(words["thing"], Counter())
    return bool(known) and all(_differ(colour, words["colour"]) for colour in known)


def _clothes_other_colour(facts: Facts, words: dict[str, str]) -> bool:
    subject = _subject(facts, words)
    known = {c for c in subject.wears.get(words["garment"], ()) if c} if subject else set()
    return bool(known) and all(_differ(colour, words["colour"]) for colour in known)


_ALIKE = (
    {"tan", "brown", "gold", "orange", "blonde", "yellow"}, {"pink", "purple", "red"},
    {"blue", "turquoise", "green"},
    {"gray", "silver", "white"}, {"gray", "black"}, {"red", "orange"}, {"blue", "black"},
    {"blue", "purple"},
    {"tan", "white"}, {"brown", "black"}, {"brown", "red"},
)  # fmt: skip


def _differ(one: str, other: str) -> bool:
    for a in one.split(" and "):
        for b in other.split(" and "):
            if a == b or any({a, b} <= alike for alike in _ALIKE):
                return False
    return True


def _other_number(facts: Facts, words: dict[str, str]) -> bool:
    answers = counted(facts).get(words["thing"])
    return answers is not None and next(iter(answers)) != words["count"]


def _just_one(facts: Facts, words: dict[str, str]) -> bool:
    answers = counted(facts).get(words["thing"])
    return answers is not None and next(iter(answers)) == "1"


def _several(facts: Facts, words: dict[str, str]) -> bool:
    answers = counted(facts).get(words["thing"])
    return answers is not None and next(iter(answers)) > "1"


def _other_sport(facts: Facts, words: dict[str, str]) -> bool:
    known = sports_of(facts)
    return bool(known) and words["sport"] not in known


def _other_weather(facts: Facts, words: dict[str, str]) -> bool:
    known, asked = weather_of(facts), words["weather"]
    if facts.photograph.weather == "sunrise":
        return asked in {"rainy", "snowy", "foggy"}
    if known:
        return asked not in known and not (
            asked == "cloudy" and set(known) & {"foggy", "rainy", "snowy"}
        )
    if facts.setting != "outdoors" or not facts.captions or facts.said:
        return False
    return asked in {"rainy", "foggy"} or (asked == "snowy" and not facts.named["snow"])


def _other_setting(facts: Facts, words: dict[str, str]) -> bool:
    return bool(facts.setting) and facts.setting != words["setting"]


def _night(facts: Facts, words: dict[str, str]) -> bool:
    return time_of(facts) == "night" and not words


def _day(facts: Facts, words: dict[str, str]) -> bool:
    return time_of(facts) == "day" and not words


def _other_gender(facts: Facts, words: dict[str, str]) -> bool:
    male = words["who"] in MALE
    return facts.lone_person and facts.who() in (FEMALE if male else MALE)


def _other_side(facts: Facts, words: dict[str, str]) -> bool:
    label = nouns()[words["thing"]].label
    return label in CLASSES and sided(facts).get(label or "", words["side"]) != words["side"]


_CHECKS = {
    "there": _no_thing, "place is": _no_place, "doing is": _not_doing, "wearing is": _not_wearing,
    "holding is": _not_holding, "colour is": _other_colour,
    "clothes colour is": _clothes_other_colour,
    "number is": _other_number, "more than one": _just_one, "just one": _several,
    "sport is": _other_sport,
    "weather is": _other_weather, "day is": _night, "night is": _day, "gender is": _other_gender,
    "setting is": _other_setting, "side is": _other_side,
}  # fmt: skip
