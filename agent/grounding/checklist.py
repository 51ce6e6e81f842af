"""The checklist of a question with several parts: which of them no sentence answers, and why.

A sentence that is about one part ("I see no dogs." for "Is there a dog?") does not pass for another
of which nothing is demanded ("What does the sign say?"). Whether a sentence may answer a part at
all is `agent.grounding.relevance`'s.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

from agent.answer import Language, ToolCallRecord
from agent.grounding.composing import in_few_words
from agent.grounding.estimates import question_of
from agent.grounding.field_names import fields_in
from agent.grounding.ledger import Ledger
from agent.grounding.naming import names_of
from agent.grounding.notices import notice_question
from agent.grounding.question_parts import Kind, Part
from agent.grounding.scene_questions import alternatives, scene_asked_for
from agent.grounding.wording import WORDING, join_words, language_of
from agent.grounding.yes_no import more_than_things, wrong_yes_no
from tools.evidence import Evidence
from tools.reading.labels import field_of
from tools.words.labels import CLASSES, COLOURS, GROUPS, canonical
from tools.words.questions import mentioned
from tools.words.sentences import label_words

_WRITTEN: set[Kind] = {"amount", "rate", "date", "time", "name"}
_WORD = re.compile(r"[^\W\d_]{2,}|\d+|[\u4e00-\u9fff]")
_OF_A_CODE = re.compile(r"\b(?:qr|bar|codes?|barcodes?|ean|scan\w*)\b|码|扫", re.IGNORECASE)
_ALIKE = 0.6
"""Share of the words of two questions that both have, if they ask the same."""


def open_parts(
    parts: Sequence[Part], evidence: Sequence[Sequence[Evidence]], fits: Sequence[Sequence[bool]]
) -> list[Part]:
    """The parts that no sentence answers.

    Args:
        parts: of the question.
        evidence: of each sentence.
        fits: of each part, whether each sentence may answer it.
    """
    if len(parts) < 2:
        return [part for part, its in zip(parts, fits, strict=True) if not any(its)]
    about = [[any(_is_about(part, e) for e in cited) for cited in evidence] for part in parts]
    own = [list(map(all, zip(*both, strict=True))) for both in zip(about, fits, strict=True)]
    spare = [n for n in range(len(evidence)) if not any(its[n] for its in own)]
    left: list[Part] = []
    for part, its, fit in sorted(
        zip(parts, own, fits, strict=True), key=lambda each: bool(each[0].fields)
    ):
        if any(its):
            continue
        taken = next((n for n in spare if fit[n]), None)
        if taken is None:
            left.append(part)
        elif all(e.tool in _SHOWS for e in evidence[taken]):  # other tools' may answer several
            spare.remove(taken)
    return [part for part in parts if part in left]


def wrong_short_words(
    words: Sequence[str], parts: Sequence[Part], cited: Sequence[Evidence], language: Language
) -> str | None:
    """What is wrong with the yes and no of a short answer to several questions; None if nothing."""
    for word in words:
        asked = [part for part in parts if part.kind == "yes/no"]
        problems = [
            wrong_yes_no(word, [e for e in cited if _is_about(p, e)] or [*cited], p.text, language)
            for p in asked
        ]
        if all(problems):
            return problems[0] if problems else f"no part is answered with {word}"
    return None


def forgotten(
    names: Collection[str], parts: Sequence[Part], ledger: Ledger, calls: Sequence[ToolCallRecord]
) -> tuple[str, ...]:
    """Of the parts (names) that no sentence answers those that a planner could still answer.

    Where it looked in vain, or could not look, there is nothing to add.
    """
    return tuple(
        name
        for name in names
        if not any(e.status != "found" for e in _looks(name, parts, ledger))
        and _failed(name, parts, calls) is None
    )


def left_open(
    names: Sequence[str],
    parts: Sequence[Part],
    ledger: Ledger,
    calls: Sequence[ToolCallRecord],
    language: Language,
) -> str:
    """The sentence that names the parts that are not answered, each with its reason."""
    words = WORDING[language]
    what = [
        words["part"].format(name=name, why=_why(name, parts, ledger, calls, language))
        for name in names
    ]
    return words["unanswered"].format(what=join_words(what, language))


def _why(
    name: str,
    parts: Sequence[Part],
    ledger: Ledger,
    calls: Sequence[ToolCallRecord],
    language: Language,
) -> str:
    words = WORDING[language]
    looks = _looks(name, parts, ledger)
    if failed := _failed(name, parts, calls):
        return words["part_failed"].format(tool=failed.name, why=failed.error)
    if absent := [e for e in looks if e.status == "none"]:
        return words["part_absent"].format(what=in_few_words(absent[-1], ledger, language))
    if unsure := [e for e in looks if e.status == "unsure"]:
        best = max(unsure, key=lambda e: e.score)
        what = in_few_words(best, ledger, language)
        return words["part_unsure"].format(what=what, score=f"{best.score:.2f}")
    return words["part_not_carried"]


def _looks(name: str, parts: Sequence[Part], ledger: Ledger) -> list[Evidence]:
    """What came of looks for one part."""
    return [e for e in ledger for part in _called(name, parts) if _is_about(part, e)]


def _failed(
    name: str, parts: Sequence[Part], calls: Sequence[ToolCallRecord]
) -> ToolCallRecord | None:
    return next(
        (
            record
            for record in calls
            for part in _called(name, parts)
            if record.error and _would_show(part, record.name, _sought(record))
        ),
        None,
    )


def _called(name: str, parts: Iterable[Part]) -> Iterator[Part]:
    return (part for part in parts if part.name == name)


def _is_about(part: Part, e: Evidence) -> bool:
    """Whether evidence came of a look for what this part, by its own words, asks for."""
    if e.tool != "detect_objects":
        return _would_show(part, e.tool, {question_of(e) or e.label or ""})
    if e.status != "found":
        return _would_show(part, e.tool, {e.label or ""})
    language = language_of(part.text)
    asks_more = part.kind == "open" and (part.of_text or more_than_things(part.text, language))
    return not asks_more and _would_show(part, e.tool, names_of(e))


def _sought(record: ToolCallRecord) -> set[str]:
    """What a call looks for, as its evidence would be labelled."""
    given = record.arguments
    one = given.get("question") or given.get("query") or ""
    return {str(one), *map(str, given.get("labels") or given.get("candidates") or ())} - {""}


def _would_show(part: Part, tool: str, names: Collection[str]) -> bool:
    """Whether a look with a tool for these names is one for the part."""
    return _SHOWS.get(tool, _would_name)(part, names)


def _would_find(part: Part, names: Collection[str]) -> bool:
    known = {canonical(name) or name for name in names}
    return not known.isdisjoint(mentioned(part.text, (*CLASSES, *GROUPS)))


def _would_name(part: Part, names: Collection[str]) -> bool:
    """What a tool of somebody's own shows is known by the names that it gives things."""
    text = part.text.casefold()
    return _would_find(part, names) or any(name.casefold() in text for name in names if name)


def _would_measure(part: Part, _names: Collection[str]) -> bool:
    colours = label_words(part.text, language_of(part.text)) & set(COLOURS)
    return part.kind == "colour" or bool(colours)


def _would_match(part: Part, names: Collection[str]) -> bool:
    scene = scene_asked_for(part.text)
    scenes = (scene, *scene.rivals()) if scene else ()
    known = {*alternatives(part.text), *(phrase for one in scenes for phrase in one.phrases)}
    return not known.isdisjoint(names)


def _would_say(part: Part, names: Collection[str]) -> bool:
    """Whether the part asks for what is written under one of these names."""
    if part.fields:
        wanted = part.fields | ({"subtotal"} if part.without else set())
        fields = {field.name for name in names if (field := field_of(name))}
        if not wanted.isdisjoint(fields.union(*map(fields_in, names))):
            return True
    text = part.text.casefold()
    heads = {name.casefold().partition(",")[0] for name in names} - {"text", "line", ""}
    if any(head in text for head in heads):  # "Flat white, amount"
        return True
    is_open = not part.fields and (part.kind in _WRITTEN or notice_question(part.text) is not None)
    return part.of_text or part.of_payment or is_open


_SHOWS: dict[str, Callable[[Part, Collection[str]], bool]] = {
    "detect_objects": _would_find,
    "describe_colors": _would_measure,
    "read_text": _would_say,
    "read_codes": lambda part, _names: _OF_A_CODE.search(part.text) is not None,
    "match_text": _would_match,
    "answer_by_fusion": lambda part, names: any(_is_same(name, part.text) for name in names),
}


def _is_same(question: str, text: str) -> bool:
    asked, other = (set(_WORD.findall(each.casefold())) for each in (question, text))
    return len(asked & other) >= _ALIKE * max(1, len(asked | other))
