"""The words of an abstention: why there is no answer, and what was seen all the same."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from agent.answer import Language, Reason, ToolCallRecord
from agent.grounding.estimates import question_of
from agent.grounding.ledger import Ledger
from agent.grounding.naming import labels_seen
from agent.grounding.premises import is_clearly_absent
from agent.grounding.references import counted
from agent.grounding.wording import (
    WORDING,
    estimated,
    is_asked_words,
    join_words,
    label_in,
    number_phrase,
    picture_name,
)
from tools.evidence import Evidence, PictureRef
from tools.pictures.store import LeftOut
from tools.words.labels import chinese

SEEN_ITEMS = 5
"""Pieces of evidence that an abstention names."""


def abstention(
    reason: Reason,
    language: Language,
    ledger: Ledger,
    calls: Sequence[ToolCallRecord],
    missing: Sequence[str],
    *,
    failure: str | None = None,
) -> str:
    """What is said instead of an answer.

    Args:
        reason: why there is none.
        language: of the question.
        ledger: what was seen, of which only what `calls` found is named.
        calls: those of this question.
        missing: the tools that are not available here.
        failure: what was wrong with the planner, if it failed.
    """
    words = WORDING[language]
    parts = [words[reason].format(why=failure)]
    parts += [words["failed"].format(tool=r.name, why=r.error) for r in calls if r.error]
    if reason == "could_not_look" and missing:
        parts.append(words["missing"].format(names=join_words(list(missing), language)))
    recent = {record.id for record in calls}
    own = [e for e in ledger if e.call_id in recent and e.group != "line"]
    if reason == "unsure" and (unsure := [e for e in own if e.status == "unsure"]):
        best = max(unsure, key=lambda e: e.score)
        disagrees = best.value is None and best.tool == "read_text"
        guess = "best_estimate" if best.kind == "estimate" else "best_guess"
        form = words["disagreeing" if disagrees else guess]
        what = in_few_words(best, ledger, language)
        parts.append(form.format(what=what, score=f"{best.score:.2f}"))
    elif told := [e for e in own if e.kind == "direct" or _is_worth_telling(e, own)]:
        what = listed_shortly(told, lambda e: in_few_words(e, ledger, language), language)
        parts.append(words["seen"].format(what=what))
    return (" " if language == "en" else "").join(parts)


def listed_shortly(
    evidence: Iterable[Evidence], say: Callable[[Evidence], str], language: Language
) -> str:
    """The first pieces of evidence as `say` has them; what counts together, once."""
    firsts: dict[tuple[str | None, ...], Evidence] = {}
    for e in evidence:
        firsts.setdefault((e.call_id, e.group or e.id, e.label, e.status), e)
    named = list(dict.fromkeys(map(say, firsts.values())))
    return ("; " if language == "en" else ";").join(named[:SEEN_ITEMS])


def seen_besides(
    own: Iterable[Evidence], cited: Sequence[Evidence], ledger: Ledger, language: Language
) -> str | None:
    """What a question's looks have seen beside what its answer cites; None where that is all."""
    told = {(e.call_id, e.group or e.id, e.label) for e in cited}
    rest = [
        e
        for e in own
        if e.kind == "direct"
        and e.status == "found"
        and e.group != "line"
        and (e.call_id, e.group or e.id, e.label) not in told
    ]
    if not rest:
        return None
    what = listed_shortly(rest, lambda e: in_few_words(e, ledger, language), language)
    return WORDING[language]["seen_besides"].format(what=what)


def _is_worth_telling(estimate: Evidence, own: Sequence[Evidence]) -> bool:
    """Whether an estimate is one, and all that it speaks of may be there."""
    asked = question_of(estimate)
    return estimate.status != "unsure" and not any(is_clearly_absent(e, asked) for e in own)


def what_it_rests_on(cited: Sequence[Evidence], ledger: Ledger, language: Language) -> str:
    """Which tools saw what an answer cites, and how sure they are of it."""
    words = WORDING[language]
    by_tool: dict[str, list[str]] = {}
    for e in cited:
        is_one_of_several = e.group is not None and e.status == "found" and not e.is_row
        name = label_in(e, e.member or e.label or "", language) if is_one_of_several else ""
        name = ledger.names.said(name, labels_seen([e]), language)
        what = name or in_few_words(e, ledger, language)
        seen = words["seen_so_surely"].format(what=what, score=f"{e.score:.2f}")
        by_tool.setdefault(e.tool, []).append(seen)
    told = [
        words["by_tool"].format(tool=tool, what=join_words(seen[:SEEN_ITEMS], language))
        for tool, seen in by_tool.items()
    ]
    return words["rests_on"].format(what="; ".join(told))


def left_out_notes(
    left_out: Sequence[LeftOut],
    calls: Sequence[ToolCallRecord],
    pictures: Sequence[PictureRef],
    language: Language,
) -> list[str]:
    """What of the pictures nobody looked at: pages above the limit, what is damaged, what failed.

    Args:
        left_out: what is not among the pictures.
        calls: those of this question.
        pictures: those of the conversation.
        language: of the question.
    """
    words = WORDING[language]
    notes = [_left_out(what, pictures, language) for what in left_out]
    looked = {str(r.arguments.get("picture")) for r in calls if not r.error}
    failed = {str(r.arguments.get("picture")): str(r.error) for r in calls if r.error}
    if not looked:  # an abstention, which says why
        return notes
    return notes + [
        words["unread"].format(what=picture_name(ref, pictures, language), why=failed[ref.id])
        for ref in pictures
        if ref.id in failed and ref.id not in looked
    ]


def _left_out(what: LeftOut, pictures: Sequence[PictureRef], language: Language) -> str:
    words = WORDING[language]
    if what.why:
        name = what.name
        if what.number is not None and what.page is not None:
            here = next(ref for ref in pictures if ref.number == what.number)
            broken = here.model_copy(update={"id": f"img_{what.number}p{what.page}"})
            name = picture_name(broken, pictures, language)
        return words["unread"].format(what=name, why=what.why)
    is_one = len({ref.number for ref in pictures}) < 2
    where = "" if is_one else words["of_file"].format(number=what.number)
    form = words[f"first_{what.unit}s"]
    return form.format(looked=what.looked, total=what.total, where=where)


def in_few_words(evidence: Evidence, ledger: Ledger, language: Language) -> str:
    """A piece of evidence in a few words; a thing goes by its own name, where it has one."""
    words = _few_words(evidence, ledger, language)
    return ledger.names.said(words, labels_seen([evidence]), language)


def _few_words(evidence: Evidence, ledger: Ledger, language: Language) -> str:
    if evidence.kind == "estimate":
        return _estimate(evidence, language)
    label = evidence.label or evidence.group or ""
    name = label_in(evidence, label, language)
    if evidence.group and evidence.status == "found" and not evidence.is_row:
        found = [e for e in ledger.group_of(evidence) if e.status == "found"]
        return counted(label, found, language)
    if evidence.status == "none" and evidence.group:
        return number_phrase(label, 0, language)
    if evidence.status == "none" and is_asked_words(evidence, label):
        name = WORDING[language]["text_like"].format(what=name)
    if evidence.status == "none":
        return WORDING[language]["absent"].format(what=name)
    content = evidence.value if evidence.value is not None else evidence.text
    if evidence.value_type == "share" and content is not None:
        content = f"{float(content):.0%}"
    if evidence.status == "unsure" and evidence.value is None:
        content = None  # lines that disagree: none of them is told
    if evidence.member is not None and language == "zh":
        content = chinese(evidence.member)
    text = " ".join(str(content).split()) if content is not None else ""
    text = text if len(text) <= 60 else text[:59] + "…"
    return ": ".join(part for part in (name, text) if part)


def _estimate(evidence: Evidence, language: Language) -> str:
    """The answer of an estimate, or the text that it matched; marked where it was sure enough."""
    what = estimated(evidence, language)
    if evidence.status == "unsure":
        return what
    form = "probably" if evidence.status == "found" else "probably_not"
    return WORDING[language][form].format(what=what)
