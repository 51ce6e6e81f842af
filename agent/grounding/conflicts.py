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
from agent.grounding.question_form import asks_for_absence
from agent.grounding.question_parts import parts_of
from agent.grounding.wording import WORDING, estimated, label_in, language_of
from agent.grounding.yes_no import more_than_things
from tools.evidence import Evidence
from tools.words.labels import COLOURS
from tools.words.places import places_in
from tools.words.predicates import pattern_for
from tools.words.sentences import label_words

LONGEST_NAME = 60
"""Characters of a text that a question may hold in so many words."""


def overruled(evidence: Sequence[Evidence], ledger: Ledger) -> str | None:
    """What is wrong with a sentence whose estimate direct evidence contradicts."""
    for e in evidence:
        if against := contradicting(e, ledger):
            ids = " ".join(a.id for a in against)
            return (
                f"{e.id} is an estimate, and what was seen says otherwise; answer with that: {ids}"
            )
    return None


def conflict_notes(own: Iterable[Evidence], ledger: Ledger, language: Language) -> list[str]:
    """A sentence for each of the question's estimates that direct evidence contradicts."""
    notes = []
    for e in own:
        if not contradicting(e, ledger):
            continue
        what = (
            estimated(e, language) if e.value is not None else label_in(e, str(e.label), language)
        )
        form = "estimate_denies" if e.status == "none" else "estimate_says"
        notes.append(WORDING[language][form].format(what=what))
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
        return _of_presence(str(estimate.label), direct, says=estimate.status == "found")
    kind = parts_of(asked, language_of(asked))[0].kind
    if kind == "colour":
        return _of_colour(estimate, direct)
    if kind == "count" and isinstance(estimate.value, int):
        return _of_number(asked, estimate.value, direct)
    says = truth_of(estimate)
    if kind != "yes/no" or says is None or literals.numbers(asked, language_of(asked)):
        return []
    return _of_presence(asked, direct, says=says is not asks_for_absence(asked, language_of(asked)))


def _of_presence(asked: str, direct: Sequence[Evidence], *, says: bool) -> list[Evidence]:
    """What was found although it should not be there; what was not, although it should."""
    if literals.numbers(asked, language_of(asked)):
        return []
    about = [e for e in direct if _asks_only_for(asked, e)]
    found = [e for e in about if e.status == "found"]
    if not says:
        return found
    return [] if found else [e for e in about if e.status == "none"]


def _of_number(asked: str, number: int, direct: Sequence[Evidence]) -> list[Evidence]:
    """The last count of what is asked for, if none comes to the number."""
    counted: dict[str, list[Evidence]] = {}
    things = label_words(asked, language_of(asked))
    for e in direct:
        if e.group is not None and things & {e.group, e.member} and _asks_only_for(asked, e):
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


def _asks_only_for(text: str, e: Evidence) -> bool:
    """Whether a text speaks of what evidence is called, or of what is written, and of no more.

    What was not found is called by its label alone: without dogs there may be animals.
    """
    language = language_of(text)
    names = {e.label} if e.status == "none" else {*names_of(e), e.label}
    labels = label_words(text, language)
    written = [n for n in (e.label, e.text) if n and len(n) < LONGEST_NAME]
    rest = pattern_for([literals.normalise(n) for n in written]).sub(" ", literals.normalise(text))
    if not labels <= names or (not labels and rest == literals.normalise(text)):
        return False
    return not places_in(text) and not more_than_things(rest, language)
