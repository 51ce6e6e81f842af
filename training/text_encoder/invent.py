"""Sentences that the grammar makes up, in both languages: words that nobody put side by side."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

from training.text_encoder.lexicon import KIND, Lexicon, Noun, filled, slots_of
from training.text_encoder.translate import with_object

RARE = 0.2
"""Share of the nouns that are ImageNet's kinds."""
DESCRIBED = 0.3
"""Share of the nouns with an adjective."""
_ASKING = frozenset(
    ["how", "what", "which", "where", "who", "why", "is", "are", "was", "does", "do", "can", "will"]
)
_SOLID = ("place", "furniture", "vehicle", "thing")
"""Classes of nouns that something can be in, on or beside."""


class Phrase(NamedTuple):
    """What fills a slot."""

    english: str
    chinese: str
    measure: str = "个"


class Inventor:
    """Makes sentences up.

    Args:
        lexicon: what they are made of.
        chance: what they depend on.
    """

    def __init__(self, lexicon: Lexicon, chance: random.Random) -> None:
        self._lexicon, self._chance = lexicon, chance
        self._rare = [noun for noun in lexicon.nouns if noun.group == KIND]
        self._common = [noun for noun in lexicon.nouns if noun.group != KIND]
        self._of: dict[str, list[Noun]] = defaultdict(list)
        for noun in lexicon.nouns:
            self._of[noun.group].append(noun)
        self._weights = [len(slots_of(p.chinese[0])) ** 2 + 0.1 for p in lexicon.patterns]

    def sentence(self) -> tuple[str, str]:
        """A new one: English, Chinese."""
        form, chinese = self._forms()
        is_many = not {"are", "many", "these", "those"}.isdisjoint(form)
        names = sorted(word[1:-1] for word in form if word.startswith("{"))
        slots = {name: self._phrase(name.rstrip("0123456789"), is_many) for name in names}
        words = (slots[word[1:-1]].english if word.startswith("{") else word for word in form)
        english = " ".join(words).replace(" 's", "'s")
        is_asking = "吗" in chinese or form[0] in _ASKING
        english = english[:1].upper() + english[1:] + ("?" if is_asking else "")
        fillings = {name: phrase.chinese for name, phrase in slots.items()}
        counted = slots["N"].measure if "N" in slots else "个"
        return english, filled(chinese, fillings | {"m": counted}, english)

    def _forms(self) -> tuple[tuple[str, ...], str]:
        """Two forms of one pattern with the same slots; those with more slots come more often."""
        while True:
            (pattern,) = self._chance.choices(self._lexicon.patterns, self._weights)
            form = self._chance.choice(pattern.english)
            chinese = self._chance.choice(pattern.chinese)
            if {word[1:-1] for word in form if word.startswith("{")} == slots_of(chinese) - {"m"}:
                return form, chinese

    def _phrase(self, slot: str, is_many: bool) -> Phrase:
        if slot in ("N", "NP"):
            nouns = self._rare if self._chance.random() < RARE else self._common
            return self._noun(nouns, is_many=is_many, is_bare=slot == "N")
        if slot == "ADJ":
            english, chinese = self._chance.choice(self._lexicon.adjectives)
            return Phrase(self._chance.choice(english), self._chance.choice(chinese))
        return self._place() if slot == "PP" else self._done(slot)

    def _place(self) -> Phrase:
        english, chinese = self._chance.choice(self._lexicon.places)
        where, zh = self._chance.choice(english), self._chance.choice(chinese)
        if "{NP}" in where:
            inner = self._noun(self._in(_SOLID), is_many=False, is_bare=False)
            where, zh = where.replace("{NP}", inner.english), zh.replace("{NP}", inner.chinese)
        return Phrase(where, zh)

    def _done(self, slot: str) -> Phrase:
        verb = self._chance.choice(self._lexicon.verbs)
        form = self._chance.choice(verb.doing if slot == "VING" else verb.do)
        zh = self._chance.choice(verb.chinese)
        if not verb.objects:
            return Phrase(form, zh)
        is_many = self._chance.random() < 0.3
        thing = self._noun(self._in(verb.objects), is_many=is_many, is_bare=False)
        return Phrase(f"{form} {thing.english}", with_object(zh, thing.chinese))

    def _in(self, groups: Sequence[str]) -> list[Noun]:
        """The nouns of some classes."""
        return [noun for group in groups for noun in self._of[group]]

    def _noun(self, nouns: Sequence[Noun], *, is_many: bool, is_bare: bool) -> Phrase:
        chance, noun = self._chance, self._chance.choice(nouns)
        english, chinese = noun.many if is_many else noun.one, chance.choice(noun.chinese)
        if chance.random() < DESCRIBED:
            said, meant = chance.choice(self._lexicon.adjectives)
            english = f"{chance.choice(said)} {english}"
            chinese = f"{chance.choice(meant)}的{chinese}"
        if is_bare:
            return Phrase(english, chinese, noun.measure)
        if is_many:
            article = chance.choice(("", "the", "two", "three", "these", "several", "many"))
        elif noun.one == noun.many:
            article = chance.choice(("", "the", "some"))
        else:
            article = chance.choice(("a", "a", "the", "this", "his", "her"))
        if article == "a" and english[0] in "aeiou":
            article = "an"
        zh = chance.choice(self._lexicon.determiners[article]) if article else ""
        whole = zh.replace("{m}", noun.measure) + chinese
        return Phrase(f"{article} {english}".strip(), whole, noun.measure)
