"""Where an estimate and direct evidence of the same picture say different things.

Direct evidence wins: no sentence may rest on the estimate, and the answer shows that there is one.
Only what surely asks for the same is compared: how many there are of one kind of thing, whether
there is one, whether words are there, which colour.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from agent.answer import Language
from agent.grounding import literals
from agent.grounding.estimates import question_of, truth_of
from agent.grounding.ledger import Ledger
from agent.grounding.naming import names_of
from agent.grounding.notices import READ
from agent.grounding.premises import without_subject
from agent.grounding.question_form import asks_for_absence
from agent.grounding.question_parts import parts_of
from agent.grounding.wording import WORDING, estimated, language_of
from agent.grounding.yes_no import more_than_things
from tools.evidence import Evidence
from tools.words.labels import COLOURS
from tools.words.places import places_in
from tools.words.predicates import pattern_for
from tools.words.sentences import label_words

LONGEST = 60
"""Characters of what is written, where a question may hold all of it."""


def overruled(evidence: Sequence[Evidence], ledger: Ledger) -> str | None:
    """What is wrong with a sentence whose estimate direct evidence contradicts, or leaves without
    anything to speak of."""
    for e in evidence:
        if against := contradicting(e, ledger):
            ids = " ".join(a.id for a in against)
            return (
                f"{e.id} is an estimate, and what was seen says otherwise; answer with that: {ids}"
            )
        if absent := without_subject(e, ledger):
            return (
                f"{e.id} is an estimate, and what it speaks of is not there: say so [{absent.id}]"
            )
    return None


def conflict_notes(own: Iterable[Evidence], ledger: Ledger, language: Language) -> list[str]:
    """A sentence for each of the question's estimates that direct evidence contradicts."""
    forms = {"found": "estimate_says", "none": "estimate_denies"}
    notes = [
        WORDING[language][forms[e.status]].format(what=estimated(e, language))
        for e in own
        if contradicting(e, ledger)
    ]
    return list(dict.fromkeys(notes))


def contradicting(estimate: Evidence, ledger: Ledger) -> list[Evidence]:
    """The direct evidence that says otherwise; none where the estimate says nothing for sure."""
    if estimate.kind == "direct" or estimate.status == "unsure":
        return []
    direct = [
        e
        for e in ledger
        if e.kind == "direct"
        and e.status != "unsure"
        and e.picture.id == estimate.picture.id
        and estimate.box_xyxy in (None, e.box_xyxy)
    ]
    asked = question_of(estimate)
    if not asked:
        things = [e for e in direct if e.text is None]  # a sign may say BAKERY in any street
        return _of_presence(estimate.label or "", things, says=estimate.status == "found")
    kind = parts_of(asked, language_of(asked))[0].kind
    if kind == "colour":
        return _of_colour(estimate, direct)
    if kind == "count" and isinstance(estimate.value, int):
        return _of_number(asked, estimate.value, direct)
    says = truth_of(estimate)
    if kind != "yes/no" or says is None:
        return []
    return _of_presence(asked, direct, says=says is not asks_for_absence(asked, language_of(asked)))


def _of_presence(asked: str, direct: Sequence[Evidence], *, says: bool) -> list[Evidence]:
    """What was found although it should not be there; what was not, although it should.

    Words that were read are there where it is asked for words.
    """
    language = language_of(asked)
    if literals.numbers(asked, language):
        return []
    part = parts_of(asked, language)[0]
    asks_for_words = part.of_text or bool(part.fields)
    about = [e for e in _about(asked, direct) if e.tool != READ or asks_for_words]
    found = [e for e in about if e.status == "found"]
    if not says:
        return found
    return [] if found else [e for e in about if e.status == "none"]


def _of_number(asked: str, number: int, direct: Sequence[Evidence]) -> list[Evidence]:
    """The last count of what is asked for, if none comes to the number."""
    things = label_words(asked, language_of(asked))
    counted: dict[str, list[Evidence]] = {}
    for e in _about(asked, direct):
        if e.group is not None and things & {e.group, e.member}:
            counted.setdefault(e.call_id, []).append(e)
    numbers = [sum(e.status == "found" for e in group) for group in counted.values()]
    return [] if not counted or number in numbers else list(counted.values())[-1]


def _of_colour(estimate: Evidence, direct: Sequence[Evidence]) -> list[Evidence]:
    """The colours that were measured of the thing that is asked for, if the answer is none."""
    asked, said = question_of(estimate), label_words(str(estimate.value), "en") & set(COLOURS)
    things = label_words(asked, language_of(asked))
    boxes = {e.box_xyxy for e in direct if e.value_type != "share" and names_of(e) & things}
    measured = [e for e in direct if e.value_type == "share" and e.box_xyxy in boxes - {None}]
    return [] if not said or said & {e.label for e in measured} else measured


def _about(text: str, direct: Sequence[Evidence]) -> list[Evidence]:
    """The evidence of all that a text speaks of: by what it is called, or by what is written."""
    text = literals.normalise(text)
    language = language_of(text)
    if places_in(text):
        return []
    things = label_words(text, language)
    return [
        e
        for e in direct
        if things <= _names(e)
        and ((rest := _without(text, e)) != text or things)
        and not more_than_things(rest, language)
    ]


def _names(e: Evidence) -> set[str]:
    """What evidence is called; of what was not found the label alone: without dogs there may be
    animals."""
    return {e.label or ""} if e.status == "none" else names_of(e)


def _without(text: str, e: Evidence) -> str:
    """A text without the words that were looked for, or are written."""
    words = [literals.normalise(word) for word in (e.label, e.text) if word]
    held = [w for w in words if len(w) < LONGEST and w.casefold() in text.casefold()]
    return pattern_for(held).sub(" ", text)
