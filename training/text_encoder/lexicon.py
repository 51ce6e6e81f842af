"""The pairs of English and Chinese that the grammar is made of, from the data files here.

The things, groups and kinds of `tools/words` are nouns as well.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tools.words import kinds
from tools.words.labels import plural
from tools.words.tables import Vocabulary, table

FOLDER = Path(__file__).parent
WIDE = ("person", "sports ball")
"""Labels whose other words are narrower: a person is no man."""
KIND = "kind"
"""The class of the nouns that are ImageNet's kinds and what stands above them."""
_NAMED: tuple[Vocabulary, ...] = ("things", "groups")
_WORD = re.compile(r"\{\w+\}|[a-z0-9]+(?:[-:.][a-z0-9]+)*|'s")
_SMOOTH = tuple(
    (re.compile(pattern), better)
    for pattern, better in (
        (r"([在的里上下])\1", r"\1"),
        (r"[上里]([里上])(?:面)?(?=[的有没]|$)", r"\1"),
        (r"正?在([穿戴拿握骑推拉抱带提跟看面朝盖围拖]着)", r"\1"),
        (r"很(?=\w{1,3}色)|很(?=打开|开着|关|活着|睡着|醒着|停着|圆形|方形)", ""),
        (r"一张一[个只条张台件辆把]", "一张"),
        (r"不(?=[开关活睡醒停盖亮]着)", "没"),
    )
)
"""What two pieces side by side sound like, and what one says."""


@dataclass(frozen=True)
class Noun:
    """A noun in both languages; `group` is its class."""

    one: str
    many: str
    chinese: tuple[str, ...]
    measure: str
    group: str


@dataclass(frozen=True)
class Verb:
    """What is done, in both languages; `objects` are classes of nouns, none where it needs none."""

    doing: tuple[str, ...]
    do: tuple[str, ...]
    chinese: tuple[str, ...]
    objects: tuple[str, ...]


@dataclass(frozen=True)
class Pattern:
    """A sentence: English ones, each a row of words and slots, and Chinese ones."""

    english: tuple[tuple[str, ...], ...]
    chinese: tuple[str, ...]


Words = tuple[str, ...]
Meaning = Noun | Verb | Words
"""Of a form: a noun, a verb, or the Chinese words for it."""


class Lexicon:
    """All pairs."""

    def __init__(self) -> None:
        self.nouns = [*_own_nouns(), *_known_nouns()]
        self.adjectives = _pairs("adjectives")
        self.verbs = [
            Verb(_split(doing), _split(do), _split(zh), () if objects == "-" else _split(objects))
            for doing, do, zh, objects in _file("verbs")
        ]
        self.places = _pairs("prepositions")
        self.determiners = {english[0]: chinese for english, chinese in _pairs("determiners")}
        self.pronouns = _pairs("pronouns")
        self.patterns = [
            Pattern(
                tuple(tuple(words_of(form)) for form in english.split(";")),
                tuple(form.strip() for form in chinese.split(" / ")),
            )
            for english, chinese in _file("patterns")
        ]
        self.plurals = {noun.many.split()[-1] for noun in self.nouns if noun.many != noun.one}
        """Last words of nouns that mean more than one."""
        self.forms = self._indexed()
        """Slot → first word → the words of each form, with what it means."""

    def _indexed(self) -> dict[str, dict[str, list[tuple[Words, Meaning]]]]:
        index: dict[str, dict[str, list[tuple[Words, Meaning]]]]
        index = defaultdict(lambda: defaultdict(list))

        def add(slot: str, forms: Iterable[str], meaning: Meaning) -> None:
            for form in forms:
                words = tuple(words_of(form.lower()))
                if words:
                    index[slot][words[0]].append((words, meaning))

        for noun in self.nouns:
            add("NOUN", dict.fromkeys((noun.one, noun.many)), noun)
        for verb in self.verbs:
            add("VING", verb.doing, verb)
            for form in verb.do:
                add("V", (form, _third_person(form)), verb)
        for slot, pairs in (("ADJ", self.adjectives), ("PP", self.places), ("IT", self.pronouns)):
            for english, chinese in pairs:
                add(slot, english, chinese)
        for form, chinese in self.determiners.items():
            add("DET", (form,), chinese)
        return index


def rows(file: Path) -> Iterator[list[str]]:
    """The columns of each line, between bars; `#` begins a remark."""
    for line in file.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            yield [column.strip() for column in line.split("|")]


def words_of(text: str) -> list[str]:
    """Words and slots of a lower-case text; "man's" is two words."""
    text = re.sub(r"([a-z])'s\b", r"\1 's", text)
    text = re.sub(r"\b(what|who|where|it|that) 's\b", r"\1 is", text)
    return _WORD.findall(text)


@cache
def slots_of(chinese: str) -> frozenset[str]:
    """The names of a sentence's slots."""
    return frozenset(re.findall(r"\{(\w+)\}", chinese))


def filled(chinese: str, slots: dict[str, str], english: str) -> str:
    """The Chinese sentence with its slots filled, ended as the English one is."""
    for name, words in slots.items():
        chinese = chinese.replace("{" + name + "}", words)
    for pattern, better in _SMOOTH:
        chinese = pattern.sub(better, chinese)
    return chinese + {"?": "？", ".": "。"}.get(english[-1:], "")


def _own_nouns() -> Iterator[Noun]:
    for group, english, chinese, measure in _file("nouns"):
        for form in _split(english):
            one, slash, other = form.partition("/")
            many = other or (one if slash else plural(one, 2))
            yield Noun(one, many, _split(chinese), measure, group)


def _known_nouns() -> Iterator[Noun]:
    for name in _NAMED:
        for entry in table(name).values():
            others = () if entry.label in WIDE else entry.words
            chinese = (entry.chinese, *(word for word in others if not word.isascii()))
            yield Noun(entry.label, entry.plural, chinese, entry.measure_word or "个", "thing")
    for kind in kinds.standard():
        if kind.chinese:
            one = kind.plain_name.lower()
            yield Noun(one, plural(one, 2), kind.chinese, "个", KIND)


def _third_person(form: str) -> str:
    """ "look at" → "looks at"."""
    first, space, rest = form.partition(" ")
    return plural(first, 2) + space + rest


def _pairs(name: str) -> list[tuple[Words, Words]]:
    return [(_split(english), _split(chinese)) for english, chinese in _file(name)]


def _file(name: str) -> Iterator[list[str]]:
    return rows(FOLDER / f"{name}.txt")


def _split(text: str) -> Words:
    """The words between commas; a dash is nothing."""
    return tuple("" if part == "-" else part for part in map(str.strip, text.split(",")))
