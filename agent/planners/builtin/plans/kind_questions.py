"""Which questions are about kinds, in English and Chinese: closed forms, read by pattern.

"What animal is this?", "What breed is the dog?", "Is this a kiwi?", "Is it a cat or a dog?". The
words between must be kinds that the tables know; every other question is none of these. Planning is
`plans.kinds`'.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from tools.words.kinds import Kind, standard
from tools.words.labels import canonical

Form = Literal["what", "whether", "which", "product"]
"""What kind it is; whether it is of one; of which of several; which of the groceries it is."""


@dataclass(frozen=True)
class KindQuestion:
    """A question about the kind of one thing.

    `named` is the group that it is asked from ("animal", "dog") or the kinds to decide between;
    `subject` the thing that is meant, where the question names it ("the dog").
    """

    form: Form
    named: tuple[Kind, ...]
    subject: Kind | None = None


def kind_question(text: str) -> KindQuestion | None:
    """The question as one about kinds; None for every other."""
    said = " ".join(text.replace("’", "'").split()).strip(" .?!？。！")
    return next(filter(None, (read(said) for read in _READERS)), None)


_THIS = r"(?:this|that|it|shown(?: here)?|here|(?:seen )?in (?:the|this) (?:picture|image|photo))"
_A_KIND = r"(?P<of>(?:kind|sort|type|species|breed|variety|cultivar)s? of )?"
_WHAT = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"(?:what|which) {_A_KIND}(?P<group>.+?) (?:is|might|could|would) {_THIS}(?: be)?",
        rf"(?:what|which) {_A_KIND}(?P<group>.+?) is (?:the|this|that) (?P<subject>.+)",
        rf"(?:what|which) {_A_KIND}(?P<group>.+?) (?:do|did) I (?:have|see|hold)(?: here)?",
        r"what(?:'s| is) (?:this|that) (?P<group>.+?)(?: called)?",
        r"what(?:'s| is) the (?P<group>breed|species) of (?:the|this|that) (?P<subject>.+)",
        r"what(?:'s| is) the name of this (?P<group>.+)",
        r"(?:name|identify|recogni[sz]e) (?:this|the) (?P<group>.+)",
        r"tell me (?:what|which) (?P<group>.+?) (?:this|that|it) is",
    )
)
_WHETHER = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"is (?:this|that|it) (?:really |actually |maybe |perhaps )?(?P<kinds>.+)",
        r"are (?:these|those|they) (?:really |actually |maybe |perhaps )?(?P<kinds>.+)",
        r"is (?:the|this|that) (?P<subject>.+?) (?:really |actually )?(?P<kinds>an? .+)",
        r"(?:could|would|might) (?:this|that|it) be (?P<kinds>an? .+)",
    )
)
_PLAINLY = ("animal", "food", "fungus", "vehicle", "musical instrument", "weapon", "furniture")
_NUMBERED = {"bus", "train", "table"}
"""What "which … is it" asks the kind of; of a shop, a table, a bus it asks the name or number."""
_OF_SUBJECT = {"breed", "species", "variety", "kind", "type", "sort"}
_PRODUCT = {"product", "grocery", "item from the shop", "产品", "商品"}
_MEASURE = "[只个条头匹辆艘架张把台件部棵瓶杯种款颗根]"
_DIES = rf"(?:图(?:片)?[中里上](?:的)?|照片[中里上](?:的)?)?(?:(?:这|那){_MEASURE}?|它|图中)?"
_WHAT_ZH = tuple(
    re.compile(pattern)
    for pattern in (
        (
            rf"{_DIES}(?:是|属于)(?:一?{_MEASURE})?(?:什么|啥|哪种|哪一种|哪类)"
            r"(?:(?:品种|种类|类型)的)?(?P<group>.+?)[呢啊呀]?"
        ),
        rf"{_DIES}(?P<subject>.+?)(?:是|属于)(?:什么|啥|哪个|哪种)(?P<group>品种|种类)(?:的)?[呢啊呀]?",
        r"(?:识别|认)一?下?(?:这|这个|这只|这种)(?P<group>.+)",
    )
)
_WHICH_ZH = re.compile(
    rf"{_DIES}(?P<subject>.*?)(?:到底|究竟)?是(?P<one>[^是]+?)还是(?P<other>.+?)[呢啊呀]?"
)
_WHETHER_ZH = (
    re.compile(rf"{_DIES}(?P<subject>.*?)是不是(?P<kinds>[^是]+?)[呢啊呀]?"),
    re.compile(rf"{_DIES}(?P<subject>.*?)是(?P<kinds>[^是不]+?)[吗么嘛]"),
)
_THING_ZH = {"", "东西", "动物", "水果", "蔬菜", "植物", "食物", "产品", "商品", "图", "照片"}


def _english_what(said: str) -> KindQuestion | None:
    for match in _matches(_WHAT, said):
        group = re.sub(r" (?:breed|species|variety)$", "", match["group"].casefold())
        parts = match.groupdict()
        if question := _what(group, parts.get("subject"), asks_kind=bool(parts.get("of"))):
            return question
    return None


def _chinese_what(said: str) -> KindQuestion | None:
    for match in _matches(_WHAT_ZH, said):
        parts = match.groupdict()
        if question := _what(parts["group"], parts.get("subject"), asks_kind=False):
            return question
    return None


def _what(group: str, subject: str | None, *, asks_kind: bool) -> KindQuestion | None:
    """A question for the kind within a group: of the subject where the group is only "breed"."""
    meant = standard().find(subject) if subject else None
    if subject and meant is None:
        return None
    if group in _PRODUCT and subject is None:
        return KindQuestion("product", ())
    if group in _OF_SUBJECT or group in {"品种", "种类"}:
        animal = standard().find("animal") if group in {"breed", "species"} else None
        inner = meant or animal
        return KindQuestion("what", (inner,), meant) if inner and _has_kinds(inner) else None
    kind = standard().find(group)
    if kind is None or not _has_kinds(kind) or not (asks_kind or _is_of(kind, *_PLAINLY)):
        return None
    return KindQuestion("what", (kind,), meant)


def _english_whether(said: str) -> KindQuestion | None:
    for match in _matches(_WHETHER, said):
        subject = match.groupdict().get("subject")
        meant = standard().find(subject) if subject else None
        parts = re.split(r",? or |, ", match["kinds"])
        kinds = [_named(part, alone=len(parts) == 1) for part in parts]
        if (meant or not subject) and (question := _decided(kinds, meant)):
            return question
    return None


def _chinese_whether(said: str) -> KindQuestion | None:
    if match := _WHICH_ZH.fullmatch(said):
        kinds = [standard().find(match[name]) for name in ("one", "other")]
        return _decided(kinds, _subject_zh(match["subject"]), match["subject"])
    for match in _matches(_WHETHER_ZH, said):
        kinds = [_named(match["kinds"], alone=False)]
        if question := _decided(kinds, _subject_zh(match["subject"]), match["subject"]):
            return question
    return None


def _decided(kinds: list[Kind | None], subject: Kind | None, said: str = "") -> KindQuestion | None:
    """The question between kinds; None where one of them, or the subject, cannot be told."""
    known = [kind for kind in kinds if kind is not None and standard().is_seen(kind.key)]
    if len(known) < len(kinds) or (said not in _THING_ZH and subject is None):
        return None
    return KindQuestion("whether" if len(known) == 1 else "which", tuple(known), subject)


def _named(word: str, *, alone: bool) -> Kind | None:
    """The kind of a word. Without an article only food is meant ("Is this corn?"), no colour."""
    kind = standard().find(word)
    bare = not re.match(r"(?:an?|the) ", word, re.IGNORECASE) and word.isascii()
    if kind is None or not (bare and alone):
        return kind
    edible = _is_of(kind, "food", "fungus")
    many = word.casefold() != kind.plain_name.casefold() and word.endswith("s")
    is_colour = (canonical(word) or "") == "orange"
    return kind if (edible or many) and not is_colour else None


def _subject_zh(said: str) -> Kind | None:
    return standard().find(said) if said else None


def _has_kinds(kind: Kind) -> bool:
    return bool(standard().below.get(kind.key))


def _is_of(kind: Kind, *groups: str) -> bool:
    """Whether a kind is, or stands below, one of these."""
    above = {standard()[key].name for key in standard().above(kind.key)}
    return not above.isdisjoint(groups) and kind.name not in _NUMBERED


def _matches(patterns: Iterable[re.Pattern[str]], said: str) -> Iterator[re.Match[str]]:
    return filter(None, (pattern.fullmatch(said) for pattern in patterns))


_READERS = (_english_what, _english_whether, _chinese_what, _chinese_whether)
