"""The sentences in which answers about kinds are given, by reference, in English and Chinese.

`plans.kinds` decides what is so. Each method gives the answer and the short
answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from tools.evidence import Evidence
from tools.words.labels import measure_word

_NO_ARTICLE = {
    "food", "clothing", "furniture", "milk", "oat milk", "soy milk", "juice", "corn", "broccoli",
    "bread", "garlic", "ginger", "sour cream", "sour milk", "oatghurt", "soyghurt", "yoghurt",
    "asparagus", "fruit", "guacamole", "ice cream", "mashed potato", "hay", "red wine", "jeans",
    "sunglasses", "pyjamas", "binoculars", "swimming trunks", "parallel bars", "toilet paper",
}  # fmt: skip
Said = tuple[str, str]


class Sentences:
    """How a question about a kind is answered.

    Args:
        language: of the question.
        subject: the box of the thing that the question names ("the dog"), if it was found.
    """

    def __init__(self, language: Literal["en", "zh"], subject: Evidence | None) -> None:
        self._is_zh = language == "zh"
        self._subject = subject

    def it_is(self, sure: Evidence, perhaps: Evidence | None) -> Said:
        """It is of a kind, perhaps of one below it."""
        cited = self._cite(sure, perhaps)
        this = self._this(sure)
        if self._is_zh:
            hedge = f"，也许是{{{perhaps.id}.label}}" if perhaps else ""
            return f"{this}是{{{sure.id}.label}}{hedge} {cited}。", _label(sure)
        hedge = f", perhaps {with_article(perhaps)}" if perhaps else ""
        return f"{this} is {with_article(sure)}{hedge} {cited}.", _label(sure)

    def yes(self, shown: Sequence[Evidence], *, one_of_several: bool) -> Said:
        """It is of the kind that was asked for, or of one of those."""
        first = shown[0]
        if self._is_zh:
            sentence = f"{self._this()}是{{{first.id}.label}} {self._cite(*shown)}。"
            return (sentence, _label(first)) if one_of_several else (f"是的，{sentence}", "是")
        if one_of_several:
            return f"{self._this()} is {with_article(first)} {self._cite(*shown)}.", _label(first)
        return (
            f"Yes, {self._this(begins=False)} is {with_article(first)} {self._cite(*shown)}.",
            "yes",
        )

    def no(self, denied: Sequence[Evidence], sure: Evidence | None) -> Said:
        """It is none of the kinds that were asked for; what it is instead, if that is sure."""
        instead = f" {self.it_is(sure, None)[0]}" if sure is not None else ""
        short = (
            ("不是" if self._is_zh else "no") if len(denied) == 1 or sure is None else _label(sure)
        )
        if self._is_zh:
            names = "，也不是".join(f"{{{e.id}.label}}" for e in denied)
            return (
                f"不是，{self._this()}不是{names} {self._cite(*denied)}。{instead.strip()}",
                short,
            )
        names = " and not ".join(with_article(e) for e in denied)
        return (
            f"No, {self._this(begins=False)} is not {names} {self._cite(*denied)}.{instead}",
            short,
        )

    def all_of(self, boxes: Sequence[Evidence]) -> Said:
        """Several of the kinds are there."""
        ids = " ".join(e.id for e in sorted(boxes, key=lambda e: int(e.id[1:])))
        listed = f"{{list {ids}}}"
        return (f"图中有{listed} [{ids}]。" if self._is_zh else f"I see {listed} [{ids}]."), listed

    def _this(self, said: Evidence | None = None, *, begins: bool = True) -> str:
        """The subject, unless that is all that is said of it: no "the dog is a dog"."""
        subject = self._subject
        if subject is None or (said is not None and said.label == subject.label):
            return "这" if self._is_zh else "This" if begins else "this"
        if self._is_zh:
            return f"这{measure_word(subject.label or '')}{_label(subject)}"
        return f"{'The' if begins else 'the'} {_label(subject)}"

    def _cite(self, *evidence: Evidence | None) -> str:
        """What the sentence names, its subject first."""
        ids = dict.fromkeys(e.id for e in (self._subject, *evidence) if e is not None)
        return f"[{' '.join(ids)}]"


def with_article(evidence: Evidence) -> str:
    """A reference to what it is called, with "a" or "an" where that is one thing."""
    label = evidence.label or ""
    if label.casefold().replace("-", " ") in _NO_ARTICLE:
        return f"{{{evidence.id}.label}}"
    article = "an" if label[:1].casefold() in "aeio" or label[:2].casefold() == "um" else "a"
    return f"{article} {{{evidence.id}.label}}"


def _label(evidence: Evidence) -> str:
    return f"{{{evidence.id}.label}}"
