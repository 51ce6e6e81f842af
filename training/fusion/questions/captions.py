"""What one caption says: noun phrases, who does what, who wears and holds what, where it is.

A light parser over the word lists of the lexicon, for the plain sentences in which people describe
photographs ("A boy in a red shirt is sitting on a bench ."); what it does not know it skips.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache
from typing import Literal, NamedTuple

from training.fusion.questions.lexicon import (
    Words,
    action_forms,
    inflections,
    noun_forms,
    nouns,
    qualities,
)

AGENTS = frozenset({"person", "animal"})
WORN = frozenset({"garment", "head", "eyes", "face", "hair"})
HELD = frozenset({"thing", "ball", "food", "drink", "fruit", "head", "eyes"})


@dataclass(frozen=True)
class Phrase:
    """A noun phrase: "two black dogs", "his hat"."""

    word: str
    many: bool
    number: int | None = None
    colour: str = ""
    """"red", "black and white"; empty where none is said."""
    material: str = ""
    pattern: str = ""
    start: int = 0
    end: int = 0

    @property
    def group(self) -> str:
        """The group of its noun."""
        return nouns()[self.word].group


Kind = Literal["does", "wears", "holds", "rides", "on", "in", "at"]


class Relation(NamedTuple):
    """Something that a phrase does, wears, holds, rides, or where it is."""

    kind: Kind
    who: Phrase
    what: str
    """An action's name, or a noun."""
    phrase: Phrase | None = None


@dataclass
class Parsed:
    """All that is read from one caption."""

    phrases: list[Phrase] = field(default_factory=list)
    relations: list[Relation] = field(default_factory=list)
    actions: set[str] = field(default_factory=set)
    """Every action named, whoever does it."""
    said: set[str] = field(default_factory=set)
    """snowing, sunny, night, winter …"""
    words: frozenset[str] = frozenset()


class Token(NamedTuple):
    """One word, or several that belong together."""

    kind: str
    """noun, verb, one of the kinds of `qualities.txt`, or word."""
    value: str
    text: str
    many: bool = False


def parse(caption: str) -> Parsed:
    """Read one caption."""
    texts = re.findall(
        r"[a-z]+(?:[-'][a-z]+)*|[,.;]", caption.lower().replace("t shirt", "t-shirt")
    )
    texts = [part for text in texts for part in text.replace("'s", " s").split()]
    tokens = _tokens(texts)
    parsed = Parsed(words=frozenset(texts))
    parsed.phrases = _phrases(tokens)
    for words, name in qualities()["said"].items():
        if _contains(texts, words):
            parsed.said.add(name)
    _Reader(tokens, parsed).read()
    return parsed


def _contains(texts: list[str], words: Words) -> bool:
    size = len(words)
    return any(tuple(texts[at : at + size]) == words for at in range(len(texts) - size + 1))


@cache
def _known() -> dict[Words, Token]:
    found: dict[Words, Token] = {}
    for kind, those in qualities().items():
        if kind in {"said", "compound"}:
            continue
        for words, value in those.items():
            found.setdefault(words, Token(kind, value, " ".join(words)))
    for words, (word, many) in noun_forms().items():
        if words not in found or found[words].kind not in {"colour", "being"}:
            found[words] = Token("noun", word, " ".join(words), many)
    return found


_LONGEST = 4
_VERBS = {"holds": ("hold", "carry"), "wears": ("wear",), "rides": ("ride",)}


@cache
def _relating_verbs() -> dict[str, str]:
    forms = {form: kind for kind, verbs in _VERBS.items() for v in verbs for form in inflections(v)}
    return {**forms, "dressed": "wears"}


def _tokens(texts: list[str]) -> list[Token]:
    known, found, at = _known(), list[Token](), 0
    while at < len(texts):
        for size in range(min(_LONGEST, len(texts) - at), 0, -1):
            words = tuple(texts[at : at + size])
            if words in known and not (size == 1 and _does(texts, at, found)):
                found.append(known[words])
                at += size
                break
        else:
            kind = "verb" if _is_verb(texts, at, found) else "word"
            found.append(Token(kind, texts[at], texts[at]))
            at += 1
    return found


_BEFORE_NOUNS = frozenset(
    {"article", "colour", "size", "material", "pattern", "number", "many", "plain", "preposition"}
)


def _does(texts: list[str], at: int, before: list[Token]) -> bool:
    """Whether a noun's form is a verb here: one of an action, or what has an object."""
    if _is_verb(texts, at, before):
        return True
    after_noun = bool(before) and before[-1].kind == "noun"
    noun = noun_forms().get((texts[at],))
    return after_noun and noun is not None and noun[1] and texts[at + 1 : at + 2] in _ARTICLES


_ARTICLES = (["a"], ["an"], ["the"])


def _is_verb(texts: list[str], at: int, before: list[Token]) -> bool:
    """Whether a word is a verb here: "swings on a swing" has one of each."""
    word = texts[at]
    if word not in action_forms() and word not in _relating_verbs():
        return False
    previous = before[-1] if before else None
    if word.endswith("ing") and word not in {"swing", "building"}:
        following = tuple(texts[at + 1 : at + 2])
        return (previous is None or previous.kind != "article") and following not in qualities()[
            "compound"
        ]
    if previous is None or previous.kind in _BEFORE_NOUNS:
        return False
    if previous.kind == "being":
        return word in {"seated", "dressed"}
    if previous.kind == "noun":
        agent = nouns()[previous.value].group in AGENTS | WORN | {"crowd"}
        return agent or (word.endswith("s") and (word,) not in noun_forms())
    return previous.kind in {"linking", "adverb", "verb", "word"}


def _phrases(tokens: list[Token]) -> list[Phrase]:
    found, start = [], 0
    while start < len(tokens):
        end = _head_at(tokens, start)
        if end is not None and not _is_part(tokens, start, end):
            found.append(_phrase(tokens, start, end))
        start = start + 1 if end is None else end + 1
    return found


_INSIDE = frozenset({"colour", "size", "material", "pattern", "number", "many", "plain"})


def _head_at(tokens: list[Token], start: int) -> int | None:
    """The place of the noun of the phrase that starts there, or None where none does."""
    at = start
    if tokens[at].kind == "article":
        at += 1
    seen = False
    while at < len(tokens):
        kind = tokens[at].kind
        if kind == "noun":
            # "mountain bike", "dog house": the last of them is the head
            while at + 1 < len(tokens) and tokens[at + 1].kind == "noun" and not tokens[at].many:
                at += 1
            return at
        joins = seen and at + 1 < len(tokens) and tokens[at + 1].kind in {"colour", "pattern"}
        if kind in _INSIDE:
            seen = True
        elif not (joins and tokens[at].text in {"and", ",", "or"}):
            return None
        at += 1
    return None


_TOWARDS = frozenset({"at", "for", "to", "toward", "towards", "into"})


def _is_part(tokens: list[Token], start: int, head: int) -> bool:
    """Whether the noun says of what sort or whose something is: "basketball court", "women's".

    Nor is the camera seen "at" which people look.
    """
    following = tokens[head + 1].text if head + 1 < len(tokens) else ""
    before = tokens[start - 1].text if start else ""
    looked_at = tokens[head].value == "camera" and before in _TOWARDS
    return following == "s" or (following,) in qualities()["compound"] or looked_at


_TOYS = frozenset({"stuffed", "toy"})


def _phrase(tokens: list[Token], start: int, head: int) -> Phrase:
    inside = tokens[start:head]
    by_kind = {kind: [t.value for t in inside if t.kind == kind] for kind in _INSIDE}
    colours = list(dict.fromkeys(by_kind["colour"]))
    number = next((int(n) for n in by_kind["number"]), None)
    first = {kind: next(iter(values), "") for kind, values in by_kind.items()}
    word = tokens[head].value
    if any(t.text in _TOYS for t in inside) and nouns()[word].group in {"animal", "vehicle"}:
        word = "toy"
    return Phrase(
        word=word,
        many=tokens[head].many or bool(number and number > 1),
        number=number,
        colour=" and ".join(sorted(colours, key=_colour_order)) if len(colours) < 3 else "",
        material=first["material"],
        pattern=first["pattern"],
        start=start,
        end=head + 1,
    )


def _colour_order(colour: str) -> tuple[int, str]:
    """People say "black and white", "brown and black": white last, then black."""
    return ({"white": 2, "black": 1}.get(colour, 0), colour)


@dataclass
class _Reader:
    """Walks over the tokens of a caption, and keeps who is spoken of."""

    tokens: list[Token]
    parsed: Parsed
    main: Phrase | None = None
    """The subject of the sentence."""
    last: Phrase | None = None
    """The phrase that was read last."""
    verb: str = ""
    doer: Phrase | None = None
    thing: Phrase | None = None
    """What stands before a verb, but does nothing: a plate that is sitting on a table."""
    """The verb before its object, and whose it is."""
    preposition: str = ""
    owner: Phrase | None = None
    """The preposition before its noun, and what it says something of."""

    def read(self) -> None:
        starts = {phrase.start: phrase for phrase in self.parsed.phrases}
        at = 0
        while at < len(self.tokens):
            if phrase := starts.get(at):
                self._noun(phrase)
                at = phrase.end
            else:
                self._word(at)
                at += 1

    def _word(self, at: int) -> None:
        token = self.tokens[at]
        beside = self.last if self.last and self.last.end == at else None
        if token.kind == "verb":
            agent = beside if beside and beside.group in AGENTS else None
            self.thing = beside if beside and not agent else None
            self.doer = agent if agent and token.text.endswith("ing") else self.main
            name = action_at(self.tokens, at)
            if name:
                self.parsed.actions.add(name)
                if self.doer:
                    self._say("does", self.doer, name)
            self.verb, self.preposition = _relating_verbs().get(token.text, "other"), ""
        elif token.kind == "preposition":
            self.owner = (
                beside
                if beside and beside.group in AGENTS
                else (self.doer or self.thing or self.main)
            )
            if beside and beside.group not in AGENTS | WORN:
                self.owner = beside
            self.preposition = token.value
        elif token.kind == "being" or token.text in {"while", "as", "whilst", "."}:
            self.verb, self.preposition, self.doer = "", "", None
            if token.text in {"as", "."}:
                self.main = None
        elif token.text not in {"and", ","} and token.kind in {"word", "linking"}:
            self.verb, self.preposition = "", ""

    def _noun(self, phrase: Phrase) -> None:
        before = self.tokens[phrase.start - 1] if phrase.start else None
        listing = before is not None and before.text in {"and", ","}
        if self.preposition:
            self._placed(phrase)
        elif self.verb:
            self._object(phrase)
        elif phrase.group in AGENTS:
            together = listing and self.main is not None and self.last is self.main
            both = together and self.main.group == phrase.group == "person"  # type: ignore[union-attr]
            self.main = (
                Phrase("person", many=True, start=phrase.start, end=phrase.end)
                if both
                else None
                if together
                else phrase
            )
        self.last = phrase
        following = self.tokens[phrase.end].text if phrase.end < len(self.tokens) else ""
        if following not in {"and", ","}:
            self.verb, self.preposition = "", ""

    def _object(self, phrase: Phrase) -> None:
        if self.doer is None:
            return
        if self.verb == "wears" and phrase.group in WORN:
            self._say("wears", self.doer, phrase.word, phrase)
        elif self.verb == "holds" and phrase.group in HELD:
            self._say("holds", self.doer, phrase.word, phrase)
        elif self.verb == "rides" and phrase.group in {"vehicle", "animal", "thing"}:
            self._say("rides", self.doer, phrase.word, phrase)

    def _placed(self, phrase: Phrase) -> None:
        if self.owner is None or self.preposition == "near":
            return
        if phrase.group == "body":
            self._between(phrase)
            return
        if self.preposition in {"in", "with"} and phrase.group in WORN:
            if self.owner.group in AGENTS:
                self._say("wears", self.owner, phrase.word, phrase)
        elif self.preposition in {"in", "on", "at"}:
            kind: Literal["in", "on", "at"] = self.preposition  # type: ignore[assignment]
            self._say(kind, self.owner, phrase.word, phrase)

    def _between(self, phrase: Phrase) -> None:
        """ "with a ball in its mouth": the ball is held."""
        held = self.last
        holder = self.main if held is self.owner else None
        if (
            self.preposition == "in"
            and held
            and held.group in HELD
            and held.end == phrase.start - 1
        ):
            holder = holder or self.main
            if holder:
                self._say("holds", holder, held.word, held)

    def _say(self, kind: Kind, who: Phrase, what: str, phrase: Phrase | None = None) -> None:
        self.parsed.relations.append(Relation(kind, who, what, phrase))


_SKIPPED = frozenset({"article", "colour", "size", "plain", "number", "material"})


@cache
def _objects() -> frozenset[str]:
    """Words right behind a verb that make it another action: soccer."""
    return frozenset(words[0] for forms in action_forms().values() for words, _ in forms if words)


def action_at(tokens: list[Token], at: int) -> str | None:
    """The action that the verb there names, with the longest form that fits the words behind it."""
    behind = [
        word
        for token in tokens[at + 1 : at + 7]
        if token.kind not in _SKIPPED or token.text in _objects()
        for word in (token.value.split() if token.kind == "noun" else token.text.split())
    ]
    for words, name in action_forms().get(tokens[at].text, ()):
        if tuple(behind[: len(words)]) == words:
            return name
    return None
