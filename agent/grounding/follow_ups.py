"""Makes a question that leans on the one before it whole: "and the cat?", "what colour is it?".

Code does it, so that every planner plans, and the check judges, a question that says what it is
about. What leans on nothing, or on something that is not known, stays as it is.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from agent.answer import Language
from agent.grounding.asking import asks_openly
from agent.grounding.field_names import field_words, fields_in
from agent.grounding.named_pictures import is_picture_name, names_a_picture, without_named
from agent.grounding.thresholds import Sign, Threshold, threshold
from agent.grounding.wording import language_of
from tools.words.forms import form_of, pieces_of
from tools.words.groups import groups_with
from tools.words.labels import COLOURS, canonical, chinese, measure_word, plural, singular
from tools.words.lists import words_of_kind
from tools.words.predicates import pattern_for
from tools.words.sentences import label_spans

FORMS = "follow_ups"


@dataclass(frozen=True)
class Earlier:
    """What a question may lean on.

    Attributes:
        question: the one before it, as it was understood.
        found: the one label that the looks of that question found, if it was one.
        newest: the number of the newest picture; None where there is but one.
    """

    question: str
    found: str | None = None
    newest: int | None = None


@dataclass(frozen=True)
class _Thing:
    """A thing that a question speaks of: its label, and what it is called there."""

    label: str
    word: str
    span: tuple[int, int] = (0, 0)


def asks_again(text: str) -> bool:
    """Whether it asks what the answer before it rests on: "are you sure?", "why?", 为什么？"""
    form = form_of(FORMS, text)
    return form is not None and form[0] == "again"


def whole_question(text: str, earlier: Earlier, language: Language) -> str:
    """The question with what it leans on in its place."""
    told = _with_newest(text, earlier, language)
    before = earlier.question if language_of(earlier.question) == language else ""
    thing = _thing_spoken_of(earlier, language)
    compared = threshold(told)
    if compared is not None and compared.label is None and compared.field is None:
        return _than(compared, before, thing, language) or told
    whole = _by_form(told, before, thing, language)
    if whole is None and thing is not None and not _is_of_nobody(told):
        whole = _with_thing(told, thing, language)
    return told if whole is None else _in_its_picture(whole, before, language)


def _thing_spoken_of(earlier: Earlier, language: Language) -> _Thing | None:
    """The thing of the question before, in the words of this one's language."""
    spoken = language_of(earlier.question)
    thing = _thing_of(earlier.question, spoken)
    label = thing.label if thing is not None else earlier.found
    if label is None or (thing is not None and spoken == language):
        return thing
    return _Thing(label, label if language == "en" else chinese(label))


def _thing_of(question: str, language: Language) -> _Thing | None:
    """The first thing that a question names."""
    spans = ((s, e, label) for s, e, label in label_spans(question, language))
    first = next(((s, e, label) for s, e, label in spans if label not in COLOURS), None)
    if first is not None:
        return _Thing(first[2], question[first[0] : first[1]], first[:2])
    code = _CODE.search(question)
    return _Thing(code[0], singular(code[0]), code.span()) if code else None


_CODE = re.compile(r"\b(?:QR|bar) ?code\b|二维码|条形?码", re.IGNORECASE)
"""What is no label of a detector, and spoken of as a thing all the same."""


def _thing_called(text: str) -> _Thing | None:
    """The thing that a whole text is a word for, in a question only: 辆车."""
    label = canonical(text)
    if label is None or label in COLOURS:
        return None
    return _Thing(label, text.lstrip(measure_word(label)), (0, len(text)))


def _with_newest(text: str, earlier: Earlier, language: Language) -> str:
    """The number of the newest picture for "the new one"."""
    if earlier.newest is None:
        return text
    name = "newest" if language == "en" else "newest zh"
    told = f"picture {earlier.newest}" if language == "en" else f"图{earlier.newest}"
    return _piece(name).sub(told, text, count=1)


def _by_form(text: str, before: str, thing: _Thing | None, language: Language) -> str | None:
    """A question that is only a piece of one, as a whole one; None for any other."""
    found = form_of(FORMS, text)
    if found is None or found[0] == "again":
        return None
    form, match = found
    given = match.groupdict()
    if form == "for":
        what = given["what"] or given.get("alone") or ""
        return _for(what, given.get("unit") or "", before, thing, language)
    if form == "in":
        return _in(given["where"], before, language) if before else None
    return None if thing is None else _of_a_thing(form, thing, given.get("rest"), language)


def _of_a_thing(form: str, thing: _Thing, rest: str | None, language: Language) -> str:
    if form == "any":
        return _there(thing, (rest or "").strip(), language)
    one = singular(thing.word)
    return _ASKED[language][form].format(
        one=one,
        several=plural(one, 2),
        word=thing.word,
        measure=measure_word(thing.label),
        this=_this(thing),
    )


_ASKED: dict[Language, dict[str, str]] = {
    "en": {
        "how many": "How many {several} are there?",
        "colour": "What colour is the {one}?",
        "where": "Where is the {one}?",
        "doing": "What is the {one} doing?",
    },
    "zh": {
        "how many": "有几{measure}{word}？",
        "colour": "{this}是什么颜色？",
        "where": "{this}在哪里？",
        "doing": "{this}在做什么？",
    },
}
_SIGNS: dict[Language, dict[Sign, str]] = {
    "en": {"more": "more than", "less": "fewer than", "least": "at least", "most": "at most"},
    "zh": {"more": "超过", "less": "少于", "least": "至少", "most": "至多"},
}


def _than(compared: Threshold, before: str, thing: _Thing | None, language: Language) -> str | None:
    """Whether the number of things, or the field that was asked for, is so."""
    sign, number = _SIGNS[language][compared.sign], compared.number
    fields = sorted(field_words(before))
    if thing is not None and language == "en":
        return f"Are there {sign} {number} {plural(singular(thing.word), 1 if number == 1 else 2)}?"
    if thing is not None:
        return f"有{sign}{number}{measure_word(thing.label)}{thing.word}吗？"
    if len(fields) != 1:
        return None
    name = fields[0]
    return f"Is the {name} {sign} {number}?" if language == "en" else f"{name}{sign}{number}吗？"


def _for(what: str, unit: str, before: str, thing: _Thing | None, language: Language) -> str | None:
    """The question before it, of another thing or another picture."""
    if is_picture_name(what):
        where = f"in {what}" if language == "en" else what
        return _in(where, before, language) if before else None
    named = _thing_of(what, language) or _thing_called(f"{unit}{what}")
    if named is None or not re.fullmatch(r"(?:the|an?|any|some)? ?", what[: named.span[0]]):
        return None
    if named.span[1] != len(unit + what) and named.span[1] != len(what):
        return None
    if thing is None or thing.span == (0, 0) or fields_in(before):
        return _there(named, "", language)
    word = named.word
    if language == "en":
        is_one = singular(thing.word) == thing.word
        word = singular(word) if is_one else plural(singular(word), 2)
    start, end = thing.span
    begin = before[:start]
    if language == "zh":
        begin = re.sub(rf"{measure_word(thing.label)}$", measure_word(named.label), begin)
    elif article := re.search(r"\ban? $", begin):
        begin = f"{begin[: article.start()]}{'an' if word[0] in 'aeiou' else 'a'} "
    return f"{begin}{word}{before[end:]}"


def _in(where: str, before: str, language: Language) -> str:
    """The question before it, of another place."""
    bare = without_named(before) if names_a_picture(before) else before
    if language == "zh":
        bare = re.sub(r"^在?(?:这张)?(?:图片|照片|图)(?:里面|里|中|上)", "", bare)
        return f"{where if where.endswith(('里', '上', '中', '边')) else f'{where}里'}{bare}"
    bare = re.sub(r"\s+in the picture\b", "", bare).rstrip(" ?.")
    return f"{bare} {where}?"


def _there(thing: _Thing, rest: str, language: Language) -> str:
    """Whether there is one, or any."""
    if language == "zh":
        return f"{rest}有{thing.word}吗？"
    one = singular(thing.word)
    is_several = thing.word != one
    article = "an" if one[0] in "aeiou" else "a"
    begin = f"Are there any {plural(one, 2)}" if is_several else f"Is there {article} {one}"
    return f"{begin} {rest}".rstrip() + "?"


_POSSESSIVE = re.compile(r"\b(?:its|their)(?= [a-z])", re.IGNORECASE)
_SOMEONES = re.compile(r"\b(?:his|her)(?= [a-z])", re.IGNORECASE)
_ONE = re.compile(r"\bit\b", re.IGNORECASE)
_SOMEONE = re.compile(r"\b(?:he|she|him)\b", re.IGNORECASE)
_THEM = re.compile(r"\b(?:they|them|those|these)\b", re.IGNORECASE)
_OF_ITS_KIND = re.compile(
    r"^\W*(?:and |so )?(?:what|who) (?:is|are|was) (?:it|he|she|they)\W*$"
    r"|\b(?:is|are) (?:it|they|these|those) (?:an? |the )?(?=#)",
    re.IGNORECASE,
)
"""What it is, or whether it is one: nothing is gained by naming it."""
_THEM_HAN = re.compile(r"它们?")
_SOMEONE_HAN = re.compile(r"[他她]们?")


def _with_thing(text: str, thing: _Thing, language: Language) -> str | None:
    """The thing in the place of the word that stands for it; None where there is none."""
    if language == "zh":
        pattern = _SOMEONE_HAN if thing.label == "person" else _THEM_HAN
        whole = pattern.sub(_this(thing), text, count=1)
        return whole if whole != text else None
    masked = text
    for start, end, label in reversed(list(label_spans(text, "en"))):
        masked = masked if label in COLOURS else f"{masked[:start]}#{masked[end:]}"
    if _OF_ITS_KIND.search(masked) or not asks_openly(text):
        return None
    one = singular(thing.word)
    is_animate = thing.label == "person" or "animal" in groups_with(thing.label)
    for pattern, told in (
        *([(_SOMEONES, f"the {one}'s"), (_SOMEONE, f"the {one}")] if is_animate else []),
        (_POSSESSIVE, f"the {one}'s"),
        *([(_ONE, f"the {one}")] if thing.label != "person" else []),
        (_THEM, f"the {plural(one, 2)}"),
        (re.compile(r"(?<=is there )one\b", re.IGNORECASE), f"a {one}"),
    ):
        whole = pattern.sub(told, text, count=1)
        if whole != text:
            return f"{whole[:1].upper()}{whole[1:]}"
    return None


def _this(thing: _Thing) -> str:
    return f"这{measure_word(thing.label)}{thing.word}"


def _is_of_nobody(text: str) -> bool:
    """Whether "it" stands for no thing: "Is it raining?", "When was it paid?"."""
    form = form_of("alternatives", text)
    scene = form[1]["choices"] if form is not None and form[0] in ("whether", "which") else ""
    bare = re.sub(r"^(?:in |at )?(?:an? |the )?", "", scene)
    is_scene = any(_scenes(kind).fullmatch(bare) for kind in ("place", "weather"))
    return is_scene or bool(_piece("nobody").search(text) or fields_in(text))


def _in_its_picture(whole: str, before: str, language: Language) -> str:
    """The question of the picture that the one before it named, unless it names one itself."""
    named = names_a_picture(before)
    if not named or names_a_picture(whole):
        return whole
    if language == "zh":
        return f"{named}{whole}"
    return f"{whole.rstrip(' ?.')} in {named}?"


@cache
def _scenes(kind: str) -> re.Pattern[str]:
    return pattern_for(list(words_of_kind("scenes", kind)))


@cache
def _piece(name: str) -> re.Pattern[str]:
    return re.compile(pieces_of(FORMS)[name], re.IGNORECASE)
