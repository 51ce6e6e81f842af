"""What may be said of an estimate: that it is one, and no more than it says.

A sentence that rests on estimates says so ("Probably {e1.value}.", "It looks like {e1.label}.",
大概{e1.value}). What direct evidence says against one is `agent.grounding.conflicts`'.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal

from agent.answer import Language
from agent.grounding import literals
from agent.grounding.own_words import own_words
from agent.grounding.question_form import asks_for_absence
from agent.grounding.references import CITATION, REFERENCE
from agent.grounding.wording import language_of
from tools.evidence import Evidence
from tools.words.answers import answer_in_chinese, without_article
from tools.words.labels import CLASSES, GROUPS
from tools.words.predicates import pattern_for, pattern_of
from tools.words.questions import mentioned
from tools.words.sentences import label_words

SAY_SO: dict[Language, str] = {
    "en": "Probably {value}; It looks like {label}",
    "zh": "大概是{value}；看起来像{label}",
}
_TRUTHS = {"yes": True, "no": False}
_DENIALS = {"no", "none", "nothing", "no one", "nobody", "nowhere", "neither"}
_CHOICE = re.compile(r"\bor\b|还是|或", re.IGNORECASE)
_JOINT = re.compile(r"[;,；，]|\b(?:and|but|while)\b|但|而")
_FIELD = re.compile(r"\{\s*(e[1-9]\d*)\.\w+\s*\}")


def misstated(template: str, evidence: Sequence[Evidence], language: Language) -> str | None:
    """What is wrong with a sentence that rests on estimates; None if all is well, or it does not.

    One that rests on something else as well says so where it speaks of the estimate.
    """
    estimates = [e for e in evidence if e.kind == "estimate"]
    if not estimates:
        return None
    own = own_words(template, evidence, language)
    is_mixed = len(estimates) < len(evidence)
    if not _says_so(own, estimates if is_mixed else (), language):
        say = SAY_SO[language].format(value="{eN.value}", label="{eN.label}")
        return f"{estimates[0].id} is an estimate; say that it is one: {say}"
    for e in estimates:
        if e.status == "found" and e.value is not None and not _states(own, e, language):
            return f"it does not say what {e.id} estimates; write {{{e.id}.value}}"
    return None


def _says_so(own: str, spoken_of: Sequence[Evidence], language: Language) -> bool:
    """Whether a sentence says that it estimates, and does so before it speaks of these."""
    own = pattern_of(language, "no estimate").sub(" ", own)
    said = pattern_of(language, "estimate").search(own)
    if said is None:
        return False
    begins = max((m.end() for m in _JOINT.finditer(own, 0, said.start())), default=0)
    named = set(_FIELD.findall(own[:begins]))
    return not any(e.id in named or names(own[:begins], e) for e in spoken_of)


def _states(own: str, e: Evidence, language: Language) -> bool:
    """Whether a sentence gives an estimate's answer, by reference or in so many words.

    Whether it affirms or denies as the estimate does is `agent.grounding.polarity`'s.
    """
    if re.search(rf"\{{\s*{e.id}\.value\s*\}}", own):
        return True
    if truth_of(e) is not None:
        return not asks_for_absence(question_of(e), language_of(question_of(e)))
    said = REFERENCE.sub(" ", own)
    if isinstance(e.value, int | float):
        number = Decimal(str(e.value))
        return number in literals.numbers(said, language) or (not number and denies(e))
    return denies(e) or bool(pattern_for(sorted(said_as(e))).search(literals.normalise(said)))


def is_aside(e: Evidence, template: str, evidence: Sequence[Evidence]) -> bool:
    """Whether a sentence cites a less likely answer beside the found one and never speaks of it."""
    beside = any(f.call_id == e.call_id and f.status == "found" for f in evidence)
    own = CITATION.sub("", template)
    return e.kind == "estimate" and beside and e.id not in _FIELD.findall(own) and not names(own, e)


def question_of(e: Evidence) -> str:
    """The question that an estimate answers; nothing where it matched a text."""
    return e.label or "" if e.kind == "estimate" and e.value is not None else ""


def truth_of(e: Evidence) -> bool | None:
    """The yes or no that an estimate answers; None where it answers something else, or is none."""
    return _TRUTHS.get(str(e.value)) if e.kind == "estimate" else None


def denies(e: Evidence) -> bool:
    """Whether an estimate's answer is a denial: no, none, nothing, 0."""
    return e.kind == "estimate" and (e.value == 0 or e.value in _DENIALS)


def said_as(e: Evidence) -> set[str]:
    """What an estimate's answer, or the text that it matched, is called in either language."""
    if e.kind != "estimate":
        return set()
    content = str(e.value if e.value is not None else e.label or e.text)
    bare = without_article(literals.normalise(content))
    return {name for name in (bare, answer_in_chinese(content)) if name}


def names(text: str, e: Evidence) -> bool:
    """Whether a text names what an estimate has matched ("a kitchen"), or its answer."""
    return bool(said_as(e)) and bool(pattern_for(sorted(said_as(e))).search(text))


def carried_contents(e: Evidence) -> tuple[object, ...]:
    """What a sentence may use the words of: label, group and value.

    Of an estimate its question as well, unless that offers a choice: then only what was chosen.
    """
    if _CHOICE.search(question_of(e)):
        return (e.value,)
    return (e.label, e.group, e.value)


def things_in_question(e: Evidence) -> set[str]:
    """The labels that the question of an estimate speaks of."""
    question = question_of(e)
    if not question:
        return set()
    return label_words(question, language_of(question)).union(
        mentioned(question, (*CLASSES, *GROUPS))
    )
