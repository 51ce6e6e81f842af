"""The words of captions and of generated questions, in both languages, from this folder's files.

Nouns come from `nouns.txt`, then from the 80 classes of `tools/words/things.txt`; actions from
`actions.txt`; what is said of things from `qualities.txt`; what means nearly the same from
`near.txt`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tools.words.labels import CLASSES, canonical, plural
from tools.words.tables import table

FOLDER = Path(__file__).parent
Words = tuple[str, ...]


@dataclass(frozen=True)
class Noun:
    """A noun by the word that people answer with."""

    word: str
    plural: str
    group: str
    """person, animal, garment, vehicle, inside, ground …"""
    chinese: str
    measure_word: str
    silence: str
    """When it is not there although no caption names it: sure, unboxed, indoors, never."""

    label: str | None
    """The detector's class for it, if it has one."""


@dataclass(frozen=True)
class Action:
    """What somebody does, by the words that people answer with."""

    name: str
    said: str
    """In a sentence: riding a bike, where people answer "riding bike"."""
    chinese: str
    posture: str
    sport: str
    silence: str


def rows(name: str, columns: int) -> list[Words]:
    """The columns between bars of each line of `name`.txt in this folder.

    Raises:
        ValueError: a line does not have `columns` of them.
    """
    found = []
    for line in (FOLDER / f"{name}.txt").read_text(encoding="utf-8").splitlines():
        if not line or line.startswith("#"):
            continue
        row = tuple(column.strip() for column in line.split("|"))
        if len(row) != columns:
            raise ValueError(f"{name}.txt, {line!r}: {len(row)} columns, not {columns}")
        found.append(row)
    return found


def listed(text: str) -> list[str]:
    """The words of a column, which stand between commas."""
    return [word for word in text.split(", ") if word]


@cache
def nouns() -> dict[str, Noun]:
    """All nouns by their word."""
    found = {}
    for word, many, group, chinese, measure, _, silence in rows("nouns", 7):
        found[word] = Noun(word, many, group, chinese, measure, silence, _label(word, group))
    spoken = {canonical(word) for word in found}
    for label, entry in table("things").items():
        if label not in found and (
            label not in spoken or label in {"bird", "oven", "dining table"}
        ):
            found[label] = Noun(
                label,
                entry.plural,
                _group(label),
                entry.chinese,
                entry.measure_word or "个",
                "unboxed",
                label,
            )
    return found


def _label(word: str, group: str) -> str | None:
    label = "sports ball" if group == "ball" else canonical(word)
    return label if label in CLASSES else None


def noun_of(label: str) -> Noun:
    """The noun that people use for a detector's class: bike for bicycle."""
    known = nouns()
    return known[label] if label in known else known[_SPOKEN[label]]


_SPOKEN = {
    "bicycle": "bike", "airplane": "plane", "handbag": "purse", "cell phone": "phone",
    "sports ball": "ball",
}  # fmt: skip


def _group(label: str) -> str:
    for group in ("animal", "vehicle", "furniture", "fruit", "food"):
        if label in table("groups")[group].members:
            return group
    return "thing"


@cache
def noun_forms() -> dict[Words, tuple[str, bool]]:
    """The tokens of every form of every noun → its word, and whether the form is a plural."""
    forms: dict[Words, tuple[str, bool]] = {}

    def add(one: str, many: str, word: str) -> None:
        forms.setdefault(tuple(one.split()), (word, False))
        forms.setdefault(tuple(many.split()), (word, True))

    for word, many, _, _, _, others, _ in rows("nouns", 7):
        add(word, many, word)
        for other in listed(others):
            add(other, plural(other, 2), word)
    for label in CLASSES:
        if label == "person" or label in _SPOKEN:
            continue
        add(label, plural(label, 2), label)
        for other in (*table("things")[label].words, *table("things")[label].asked):
            if other.isascii():
                add(other, plural(other, 2), label)
    return forms


@cache
def actions() -> dict[str, Action]:
    """All actions by their name."""
    return {
        name: Action(name, said or name, chinese, posture, sport, silence)
        for name, said, _, chinese, posture, sport, silence in rows("actions", 7)
    }


@cache
def action_forms() -> dict[str, list[tuple[Words, str]]]:
    """First word in every form → the words behind it, without articles, and the action's name.

    The longest first.
    """
    forms: defaultdict[str, list[tuple[Words, str]]] = defaultdict(list)
    for name, _, those, *_ in rows("actions", 7):
        for form in listed(those):
            verb, *rest = form.split()
            for inflected in inflections(verb):
                words = tuple(word for word in rest if word not in _DETERMINERS)
                forms[inflected].append((words, name))
    return {verb: sorted(those, key=lambda f: -len(f[0])) for verb, those in forms.items()}


_DETERMINERS = {"a", "an", "the", "his", "her", "their"}
_IRREGULAR = {
    "run": ("ran",), "sit": ("sat",), "lie": ("lying",), "lay": ("laid",), "stand": ("stood",),
    "eat": ("ate",), "ride": ("riding", "rode"), "be": ("being",), "ski": ("skiing", "skis"),
    "leap": ("leapt",), "take": ("took",), "seated": (),
}  # fmt: skip
_DOUBLED = {"run", "jog", "sit", "swim", "nap", "chat", "dig", "bat", "cut", "hug", "tug", "grin",
            "sled", "stop", "pet", "shop", "trot", "hit"}  # fmt: skip


def inflections(verb: str) -> Iterator[str]:
    """A verb as captions have it: run, runs, running, and irregular ones."""
    yield verb
    yield from _IRREGULAR.get(verb, ())
    if verb.endswith(("s", "x", "ch", "sh")):
        yield verb + "es"
    elif verb.endswith("y") and verb[-2] not in "aeiou":
        yield verb[:-1] + "ies"
    else:
        yield verb + "s"
    yield ing(verb)


def ing(verb: str) -> str:
    """run → running, ride → riding, play → playing."""
    if verb in _DOUBLED:
        return verb + verb[-1] + "ing"
    if verb.endswith("ie"):
        return verb[:-2] + "ying"
    if verb.endswith("e") and not verb.endswith(("ee", "oe")):
        return verb[:-1] + "ing"
    return verb + "ing"


@cache
def qualities() -> dict[str, dict[Words, str]]:
    """Kind (colour, size, number …) → tokens → the word that stands for them."""
    found: defaultdict[str, dict[Words, str]] = defaultdict(dict)
    for kind, word, _, others in rows("qualities", 4):
        found[kind][tuple(word.split())] = word
        for other in listed(others):
            found[kind][tuple(other.split())] = word
    return dict(found)


@cache
def chinese_of() -> dict[str, str]:
    """The Chinese of colours, materials and the like."""
    return {word: chinese for _, word, chinese, _ in rows("qualities", 4) if chinese}


@dataclass(frozen=True)
class Weather:
    """A kind of weather, as people answer."""

    word: str
    ongoing: str
    """raining, for rainy."""
    chinese: str
    chinese_ongoing: str


@cache
def weathers() -> dict[str, Weather]:
    """All kinds of weather by their word, and by how captions and labels call them."""
    found: dict[str, Weather] = {}
    for *words, others in rows("weather", 5):
        weather = Weather(*words)
        found |= dict.fromkeys((weather.word, *listed(others)), weather)
    return found


@cache
def sports() -> dict[str, tuple[str, tuple[str, ...]]]:
    """Sport → its Chinese, and the things that tell it."""
    return {sport: (chinese, tuple(listed(things))) for sport, chinese, things in rows("sports", 3)}


@cache
def places() -> dict[str, tuple[str, dict[str, float]]]:
    """Label of a place → indoors, outdoors or neither, and the shares of people's answers."""
    found = {}
    for label, setting, answers in rows("places", 3):
        pairs = [answer.rpartition(" ") for answer in listed(answers)]
        found[label] = (setting, {answer: float(share) for answer, _, share in pairs})
    return found


@cache
def near() -> dict[str, frozenset[str]]:
    """Noun or action → what may be meant by it as well: none of them is a safe "no"."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for (line,) in rows("near", 1):
        words = listed(line)
        for word in words:
            found[word].update(words)
    return {word: frozenset(those) for word, those in found.items()}
