"""English to Chinese by a small synchronous grammar: what it can read, it says in several ways.

Where a sentence cannot be read, there is no translation. The words and the sentences are
`lexicon`'s; it is not told what fits together, so that what is said is sometimes clumsy.
"""

from __future__ import annotations

import random
import re
from collections import defaultdict
from collections.abc import Callable, Iterator

from training.text_encoder.lexicon import (
    Lexicon,
    Meaning,
    Noun,
    Pattern,
    Verb,
    Words,
    filled,
    slots_of,
    words_of,
)  # fmt: skip

_SLOT = re.compile(r"\{([A-Z]+)\d?\}")
_THE_MANY = ("", "", "这些", "那些")
_PER_SPAN = 2
"""Readings that are followed of each end of a phrase."""
Reading = tuple[int, str, str]
"""Where a phrase ends, its Chinese, its measure word."""


def translations(
    lexicon: Lexicon, sentence: str, chance: random.Random, most: int = 3
) -> list[str]:
    """Up to so many Chinese sentences for an English one, or for a question with its answer."""
    question, asked, answer = sentence.partition("? ")
    if asked:
        parts = (translations(lexicon, part, chance, most) for part in (question + "?", answer))
        return [first + last for first, last in zip(*parts, strict=False)]
    return _Reader(lexicon, words_of(sentence.lower()), chance).sentences(most, sentence.rstrip())


class _Reader:
    """Reads one sentence; what a phrase at a place may mean is found once."""

    def __init__(self, lexicon: Lexicon, words: list[str], chance: random.Random) -> None:
        self._lexicon, self._words, self._chance = lexicon, words, chance
        self._found: dict[tuple[str, int], list[Reading]] = {}
        self._open: set[tuple[str, int]] = set()
        self._readers: dict[str, Callable[[int], Iterator[Reading]]] = {
            "N": self._noun, "NP": self._noun_phrase, "CORE": self._core, "PP": self._place,
            "VING": lambda at: self._done("VING", at), "V": lambda at: self._done("V", at),
            "ADJ": self._adjective,
        }  # fmt: skip

    def sentences(self, most: int, original: str) -> list[str]:
        """By the first patterns that the whole sentence fits."""
        found: list[str] = []
        for pattern in self._lexicon.patterns:
            found += self._by(pattern, most, original)
            if len(set(found)) >= most:
                break
        return list(dict.fromkeys(found))[:most]

    def _by(self, pattern: Pattern, most: int, original: str) -> Iterator[str]:
        for form in pattern.english:
            slots = next(self._matches(form, 0, {}), None)
            if slots is not None:
                usable = [zh for zh in pattern.chinese if slots_of(zh) <= slots.keys()]
                for zh in self._chance.sample(usable, min(len(usable), most)):
                    yield filled(zh, slots, original)

    def _matches(self, form: Words, at: int, slots: dict[str, str]) -> Iterator[dict[str, str]]:
        """The slots of each way in which the words from a place on fit the form."""
        if not form:
            if at == len(self._words):
                yield slots
            return
        first, rest = form[0], form[1:]
        slot = _SLOT.fullmatch(first)
        if slot is None:
            if self._is(first, at):
                yield from self._matches(rest, at + 1, slots)
            return
        for end, zh, measure in self._phrase(slot[1], at):
            more = {first[1:-1]: zh} | ({"m": measure} if slot[1] == "N" else {})
            yield from self._matches(rest, end, slots | more)

    def _is(self, word: str, at: int) -> bool:
        return at < len(self._words) and self._words[at] == word

    def _pick(self, chinese: Words) -> str:
        return self._chance.choice(chinese)

    def _phrase(self, slot: str, at: int) -> list[Reading]:
        """Readings of a phrase that begins here, the longest first; none inside of itself."""
        key = (slot, at)
        if key not in self._found:
            if key in self._open or at >= len(self._words):
                return []
            self._open.add(key)
            by_end: dict[int, list[Reading]] = defaultdict(list)
            for reading in self._readers[slot](at):
                if len(by_end[reading[0]]) < _PER_SPAN:
                    by_end[reading[0]].append(reading)
            self._found[key] = [r for end in sorted(by_end, reverse=True) for r in by_end[end]]
            self._open.discard(key)
        return self._found[key]

    def _forms(self, slot: str, at: int) -> Iterator[tuple[int, Meaning]]:
        """Forms of the lexicon that stand here, the longest first."""
        if at < len(self._words):
            known = self._lexicon.forms[slot].get(self._words[at], ())
            for words, meaning in sorted(known, key=lambda form: -len(form[0])):
                if tuple(self._words[at : at + len(words)]) == words:
                    yield at + len(words), meaning

    def _chinese(self, slot: str, at: int) -> Iterator[tuple[int, Words]]:
        """The same where their meaning is Chinese words."""
        for end, meaning in self._forms(slot, at):
            if isinstance(meaning, tuple):
                yield end, meaning

    def _noun(self, at: int) -> Iterator[Reading]:
        """A noun with what stands before it: "big dogs", "street signs"."""
        for end, noun in self._forms("NOUN", at):
            if isinstance(noun, Noun):
                zh = self._pick(noun.chinese)
                yield end, zh, noun.measure
                for last, more, measure in self._phrase("N", end):
                    yield last, zh + more, measure
        for end, chinese in self._chinese("ADJ", at):
            for last, zh, measure in self._phrase("N", end):
                yield last, f"{self._pick(chinese)}的{zh}", measure

    def _noun_phrase(self, at: int) -> Iterator[Reading]:
        """A noun with its determiner and with what stands behind it: "the dog in the snow"."""
        for end, zh, measure in self._phrase("CORE", at):
            for slot in ("PP", "VING"):
                for last, before, _ in self._phrase(slot, end):
                    yield last, f"{before}的{zh}", measure
            for joint, form in (
                ("and", "{0}和{1}"),
                ("with", "有{1}的{0}"),
                ("wearing", "穿着{1}的{0}"),
            ):
                if self._is(joint, end):
                    for last, other, _ in self._phrase("CORE", end + 1):
                        yield last, form.format(zh, other), measure
            yield end, zh, measure

    def _core(self, at: int) -> Iterator[Reading]:
        for end, chinese in self._chinese("IT", at):
            yield end, self._pick(chinese), "个"
        for end, chinese in self._chinese("DET", at):
            for last, zh, measure in self._phrase("N", end):
                is_many = self._words[last - 1] in self._lexicon.plurals
                fitting = _THE_MANY if is_many and self._words[at] == "the" else chinese
                whole = self._pick(fitting).replace("{m}", measure) + zh
                yield from self._owned(last, whole, measure)
        for last, zh, measure in self._phrase("N", at):
            yield from self._owned(last, zh, measure)

    def _owned(self, end: int, zh: str, measure: str) -> Iterator[Reading]:
        """The phrase itself, and what belongs to it: "the man" and "the man's hat"."""
        if self._is("'s", end):
            for last, thing, of in self._phrase("N", end + 1):
                yield last, f"{zh}的{thing}", of
        if self._is("of", end):
            for last, whole, _ in self._phrase("CORE", end + 1):
                yield last, f"{whole}的{zh}", measure
        yield end, zh, measure

    def _place(self, at: int) -> Iterator[Reading]:
        for end, chinese in self._chinese("PP", at):
            yield end, self._pick(chinese), "个"
        for words, meaning in self._lexicon.forms["PP"].get(self._words[at], ()):
            lead, end = words[:-1], at + len(words) - 1
            if words[-1] == "{np}" and tuple(self._words[at:end]) == lead:
                assert isinstance(meaning, tuple)
                for last, zh, _ in self._phrase("CORE", end):
                    yield last, self._pick(meaning).replace("{NP}", zh), "个"

    def _done(self, slot: str, at: int) -> Iterator[Reading]:
        """A verb, with its object where it has one, and where it is done."""
        for end, verb in self._forms(slot, at):
            assert isinstance(verb, Verb)
            zh = self._pick(verb.chinese)
            ends = [(end, zh)]
            if verb.objects:
                things = self._phrase("CORE", end)
                ends = [(last, with_object(zh, thing)) for last, thing, _ in things]
            for middle, done in ends:
                for last, where, _ in self._phrase("PP", middle):
                    yield last, f"在{where}{done}", "个"
                yield middle, done, "个"

    def _adjective(self, at: int) -> Iterator[Reading]:
        for end, chinese in self._chinese("ADJ", at):
            yield end, self._pick(chinese), "个"


def with_object(verb: str, thing: str) -> str:
    """The Chinese verb with its object, which some have in their middle: 和…玩."""
    return verb.replace("…", thing) if "…" in verb else verb + thing
