"""What is known of a photograph, put together from its captions, boxes and labels."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property, wraps
from typing import Any, Literal, TypeVar

from training.fusion.questions.captions import Parsed, Phrase, parse
from training.fusion.questions.lexicon import near, noun_of, nouns, places
from training.fusion.questions.sources import Photograph

T = TypeVar("T")
MALE, FEMALE = frozenset({"man", "boy"}), frozenset({"woman", "girl"})
SURE = 0.55
"""A teacher's box of this score counts."""
FAINT = 0.3
"""One below it, of whatever size, does not, but nor is its thing denied."""

_INDOORS = frozenset({"inside", "shop"})
_OUTDOORS = frozenset({"outside", "water"})
_OUTDOOR_ACTIONS = frozenset(
    {"hiking", "skiing", "snowboarding", "sledding", "surfing", "kayaking", "rafting",
     "wakeboarding", "riding motorcycle", "water skiing"}
)  # fmt: skip
_OUTDOOR_LABELS = frozenset({"airplane", "boat", "bus", "train", "truck", "cow", "sheep", "horse",
                            "fire hydrant", "stop sign", "traffic light", "elephant", "giraffe",
                            "zebra", "kite", "surfboard"})  # fmt: skip


_MAY_BE_CALLED = {
    "man": ("boy", "person"), "boy": ("man", "child", "person"),
    "woman": ("girl", "person"), "girl": ("woman", "child", "person"),
}  # fmt: skip
"""Words that others use for the same one, or for somebody else."""


@dataclass
class Subject:
    """Somebody whom the captions speak of: the man, the dogs."""

    who: str
    many: bool
    does: Counter[str] = field(default_factory=Counter)
    wears: defaultdict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    """Garment → its colours, how often each is said; "" where none is."""
    holds: Counter[str] = field(default_factory=Counter)
    rides: Counter[str] = field(default_factory=Counter)
    placed: Counter[tuple[str, str]] = field(default_factory=Counter)
    """(on, bench): how often said."""
    mentions: int = 0


def once(of: Callable[[Facts], T]) -> Callable[[Facts], T]:
    """Work out something of a photograph once, and keep it with its facts."""

    @wraps(of)
    def kept(facts: Facts) -> T:
        if of.__name__ not in facts.kept:
            facts.kept[of.__name__] = of(facts)
        result: T = facts.kept[of.__name__]
        return result

    return kept


class Facts:
    """What one photograph shows, with the certainty that it has."""

    def __init__(self, photograph: Photograph) -> None:
        self.photograph = photograph
        self.kept: dict[str, Any] = {}
        """What functions marked with `once` found."""
        self.captions: list[Parsed] = [parse(caption) for caption in photograph.captions]

    @cached_property
    def named(self) -> Counter[str]:
        """Nouns of the captions, and how many captions have each."""
        return Counter(
            word
            for parsed in self.captions
            for word in dict.fromkeys(p.word for p in parsed.phrases)
        )

    @cached_property
    def labels(self) -> dict[str, float]:
        """Boxed classes → the probability that one is there."""
        found: dict[str, float] = {}
        for box in (*self.photograph.people, *self.photograph.teacher):
            if box.score == 1 or box.label not in self.photograph.covered:
                found[box.label] = max(found.get(box.label, 0.0), box.score)
        return found

    @cached_property
    def words(self) -> frozenset[str]:
        """Everything that is there: named nouns, sure boxes, actions, place and weather."""
        boxed = {noun_of(label).word for label, p in self.labels.items() if p >= SURE}
        other = {w for w in (self.photograph.scene, self.photograph.weather) if w}
        there = boxed | set(self.named)
        some = {"animal"} if any(nouns()[word].group == "animal" for word in there) else set()
        return frozenset(there | some | self.actions.keys() | other)

    @cached_property
    def possible(self) -> frozenset[str]:
        """All that must not be denied: what is there, and whatever that may mean as well."""
        faint = {noun_of(label).word for label in self.labels}
        there = set(self.words) | faint | {p for c in self.captions for p in c.words}
        if any(nouns()[word].group == "person" for word in there & nouns().keys()):
            there.add("person")
        return frozenset(there.union(*(near().get(word, frozenset()) for word in there)))

    @cached_property
    def setting(self) -> Literal["indoors", "outdoors", ""]:
        """Where it was taken, where the captions or the kind of place say so."""
        photograph = self.photograph
        if photograph.scene:
            return places()[photograph.scene][0]  # type: ignore[return-value]
        if photograph.weather:
            return "outdoors"
        groups = Counter(nouns()[word].group for word in self.named.elements())
        said, done = self.said, self.actions.keys()
        if not self.captions:
            outdoor = any(b.label in _OUTDOOR_LABELS and b.score >= SURE and b.area > 0.05
                          for b in (*photograph.people, *photograph.teacher))  # fmt: skip
            indoor = self._boxed_indoors > 0
            return "" if indoor == outdoor else "indoors" if indoor else "outdoors"
        inside = sum(groups[g] for g in _INDOORS) + 2 * said["indoors"] + 2 * self._boxed_indoors
        outside = sum(groups[g] for g in _OUTDOORS) + min(1, said["outdoors"])
        outside += sum(
            said[s] for s in ("snowing", "raining", "sunny", "cloudy", "foggy", "sunset")
        )
        outside += sum(
            self.named[w] for w in ("grass", "snow", "sky", "sand", "mountain", "dirt", "mud")
        )
        outside += 2 * len(done & _OUTDOOR_ACTIONS)
        if inside >= 2 and not outside:
            return "indoors"
        return "outdoors" if outside >= 2 and not inside else ""

    @cached_property
    def _boxed_indoors(self) -> int:
        indoor = ("microwave", "oven", "refrigerator", "toilet", "sink", "bed", "couch", "tv")
        return sum(self.labels.get(label, 0.0) >= SURE for label in indoor)

    @cached_property
    def said(self) -> Counter[str]:
        """What captions say of weather, day and season, and how many do."""
        return Counter(word for parsed in self.captions for word in sorted(parsed.said))

    @cached_property
    def actions(self) -> Counter[str]:
        """Actions of anybody, and how many captions name each."""
        return Counter(name for parsed in self.captions for name in sorted(parsed.actions))

    def lacks(self, word: str) -> bool:
        """Whether a thing is likely not there: nobody names it or anything near it."""
        noun = nouns()[word]
        if word in self.possible:
            return False
        photograph = self.photograph
        label = noun.label
        if label and label in photograph.covered:
            return True
        if noun.silence == "unboxed" or (label and label in self.labels):
            return photograph.watched and label not in self.labels
        if not self.captions:
            return noun.silence == "indoors" and self.setting == "indoors"
        if noun.silence == "indoors":
            return self.setting == "indoors"
        return noun.silence == "sure" and len(self.captions) >= 3

    @cached_property
    def lone_person(self) -> bool:
        """Whether every caption speaks of one person at most."""
        per = [[p for p in c.phrases if p.group in {"person", "crowd"}] for c in self.captions]
        return bool(self.captions) and all(
            len({p.word for p in those}) <= 1
            and len(those) <= 1
            and not any(p.many or p.group == "crowd" for p in those)
            for those in per
        ) and sum(bool(those) for those in per) >= 2  # fmt: skip

    @cached_property
    def people_words(self) -> Counter[str]:
        """Words for people in the captions, and how many captions have each."""
        return Counter({w: n for w, n in self.named.items() if nouns()[w].group == "person"})

    def who(self) -> str:
        """The word for a lone person: the most specific that the captions agree on."""
        votes = self.people_words
        male, female = sum(votes[w] for w in MALE), sum(votes[w] for w in FEMALE)
        if male and female:
            return "person"
        young = votes["child"] + votes["boy"] + votes["girl"] + votes["baby"]
        for those in (("man", "boy"), ("woman", "girl")):
            if sum(votes[w] for w in those):
                adult, child = those
                return child if votes[child] >= votes[adult] or young > votes[adult] else adult
        if votes["baby"] >= 2:
            return "baby"
        return "child" if votes["child"] else "person"

    def _alone(self, word: str) -> bool:
        """Whether there is one of it by every caption that has it, and only it by that word."""
        for parsed in self.captions:
            those = [p for p in parsed.phrases if p.word == word]
            if len(those) > 1 or any(p.many for p in those):
                return False
        return self.named[word] > 0

    @cached_property
    def subjects(self) -> list[Subject]:
        """Those of whom one can ask by one word, and what is said of each."""
        found = []
        if self.lone_person:
            found.append(self._gather(self.who(), set(self.people_words), many=False))
        else:
            for word in ("man", "woman", "boy", "girl", "baby"):
                others = _MAY_BE_CALLED.get(word, ())
                if self._alone(word) and not any(self.named[other] for other in others):
                    found.append(self._gather(word, {word}, many=False))
            many = [p for c in self.captions for p in c.phrases if p.group == "person"]
            if many and sum(p.many for p in many) >= 0.8 * len(many) and len(many) >= 3:
                found.append(self._gather("person", set(self.people_words), many=True))
        animals = [w for w in self.named if nouns()[w].group == "animal"]
        for word in animals:
            phrases = [p for c in self.captions for p in c.phrases if p.word == word]
            if len(animals) == 1 and all(p.many for p in phrases):
                found.append(self._gather(word, {word, "animal"}, many=True))
            elif self._alone(word) and self.named[word] >= 2:
                found.append(self._gather(word, {word}, many=False))
        return [subject for subject in found if subject.mentions >= 2]

    def _gather(self, who: str, words: set[str], *, many: bool) -> Subject:
        subject = Subject(who, many)
        for parsed in self.captions:
            subject.mentions += any(p.word in words for p in parsed.phrases)
            seen = set()
            if any(p.word in words and p.colour == "blonde" for p in parsed.phrases):
                subject.wears["hair"]["blonde"] += 1
            for relation in parsed.relations:
                key = (relation.kind, relation.what)
                if relation.who.word not in words or key in seen:
                    continue
                seen.add(key)
                phrase = relation.phrase
                if relation.kind == "does":
                    subject.does[relation.what] += 1
                elif relation.kind == "wears" and phrase:
                    subject.wears[relation.what][phrase.colour] += 1
                elif relation.kind == "holds":
                    subject.holds[relation.what] += 1
                elif relation.kind == "rides":
                    subject.rides[relation.what] += 1
                else:
                    subject.placed[relation.kind, relation.what] += 1
        return subject

    def phrases_of(self, word: str) -> list[Phrase]:
        """All phrases with that noun, over the captions."""
        return [p for parsed in self.captions for p in parsed.phrases if p.word == word]

    def single(self, word: str) -> bool:
        """Whether there is one such thing, by captions and boxes."""
        label = nouns()[word].label
        boxes = [b for b in (*self.photograph.people, *self.photograph.teacher)
                 if b.label == label and b.score >= FAINT] if label else []  # fmt: skip
        if nouns()[word].group == "person":
            boxes = []
        return self._alone(word) and len(boxes) <= (1 if not self.photograph.people else 2)
