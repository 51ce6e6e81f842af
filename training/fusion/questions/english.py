"""What stands in the braces of English templates."""

from __future__ import annotations

from collections.abc import Callable

from training.fusion.questions.lexicon import Noun, actions, nouns, weathers

Filled = dict[str, str]
_MALE, _FEMALE = frozenset({"man", "boy"}), frozenset({"woman", "girl"})
_NUMBERS = {"2": "two", "3": "three", "4": "four"}


def english(words: Filled) -> Filled:
    """Slots of a template and their English, for the words of a question by their kind."""
    found = dict(words)
    for slot, fill in _FILLED.items():
        if slot in words:
            found |= fill(words)
    return found


def _who(words: Filled) -> Filled:
    who, many = words["who"], words.get("number") == "many"
    name = nouns()[who].plural if many else who
    male, female = who in _MALE, who in _FEMALE
    found = {
        "who": name, "is": "are" if many else "is", "Is": "Are" if many else "Is",
        "Does": "Do" if many else "Does", "this": "these" if many else "this",
        "a_who": name if many else f"{article(name)} {name}",
        "whose": f"{name}'" if name.endswith("s") else f"{name}'s",
        "his": "their" if many or not (male or female) else "his" if male else "her",
    }  # fmt: skip
    if many or male or female:
        found["he"] = "they" if many else "he" if male else "she"
    return found


def _thing(words: Filled) -> Filled:
    noun = nouns()[words["thing"]]
    pair = is_pair(noun)
    found = {
        "a_thing": with_article(noun), "there": "Are there" if pair else "Is there",
        "tis": "are" if pair else "is", "Tis": "Are" if pair else "Is",
        "tthis": "these" if pair else "this",
    }  # fmt: skip
    return found if is_mass(noun) else {**found, "things": noun.plural}


def _garment(words: Filled) -> Filled:
    noun = nouns()[words["garment"]]
    be = "are" if is_pair(noun) else "is"
    return {"a_garment": with_article(noun), "gis": be, "Gis": be.title()}


def _place(words: Filled) -> Filled:
    return {"a_place": with_article(nouns()[words["place"]])}


def _other(words: Filled) -> Filled:
    noun = nouns().get(words["other"])
    if "weather" in words:
        return {"other": weathers()[words["other"]].ongoing}
    return {"a_other": with_article(noun)} if noun else {}


def _colour(words: Filled) -> Filled:
    noun = nouns()[words.get("garment") or words["thing"]]
    uncounted = is_pair(noun) or is_mass(noun)
    colour = words["colour"]
    return {"a_colour": colour if uncounted else f"{article(colour)} {colour}"}


def _weather(words: Filled) -> Filled:
    weather = weathers()[words["weather"]]
    ongoing = weather.ongoing
    return {"weather": ongoing, "Weather": ongoing.title(), "weather_day": weather.word}


def _action(words: Filled) -> Filled:
    return {"action": actions()[words["action"]].said}


def _count(words: Filled) -> Filled:
    return {"count": _NUMBERS[words["count"]]}


def _age(words: Filled) -> Filled:
    young = words["age"] == "young"
    return {"man": "boy" if young else "man", "woman": "girl" if young else "woman"}


_FILLED: dict[str, Callable[[Filled], Filled]] = {
    "who": _who, "thing": _thing, "garment": _garment, "place": _place, "other": _other,
    "colour": _colour, "weather": _weather, "count": _count, "age": _age,
    "action": _action,
}  # fmt: skip


def article(word: str) -> str:
    """a or an."""
    return "an" if word[0] in "aeiou" and not word.startswith("uni") else "a"


def is_mass(noun: Noun) -> bool:
    """Whether it is not counted: grass, bread."""
    return noun.plural == noun.word and noun.group != "animal" and not is_pair(noun)


def is_pair(noun: Noun) -> bool:
    """Whether it has no singular: glasses, skis, stairs."""
    return noun.plural == noun.word and noun.word.endswith("s") and noun.word != "grass"


def with_article(noun: Noun) -> str:
    """a dog, an apple, grass, glasses."""
    uncounted = is_mass(noun) or is_pair(noun)
    return noun.word if uncounted else f"{article(noun.word)} {noun.word}"
