"""Whether a sentence says "no" where the evidence does, and nowhere else.

Only the sentence's own words count: not what it quotes, not what a reference fills in, and no word
that holds a negation in its letters only (不锈钢). A sentence is judged clause by clause: what it
names behind its negation (before it, where nothing stands behind) must be evidence of status
`none`, and what only evidence of status `none` carries must stand behind one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from agent.answer import Language
from agent.grounding.estimates import denies, names
from agent.grounding.ledger import Ledger
from agent.grounding.literals import differences, numbers
from agent.grounding.naming import names_of
from agent.grounding.own_words import own_words
from agent.grounding.references import REFERENCE, expand
from tools.evidence import Evidence
from tools.words.predicates import pattern_for, pattern_of, words_for
from tools.words.sentences import label_places

THERE_IS = {"有"}
THERE_IS_NONE = {"没有", "无"}
YES = {"yes", "是", "是的", "对"} | THERE_IS
NO = {"no", "否", "不", "不是"} | THERE_IS_NONE
OPENING = re.compile(
    rf"^\s*({'|'.join(sorted(YES | NO, key=len, reverse=True))})\s*[,;:，；：]", re.IGNORECASE
)
"""The "No" of "No, there are 2 dogs"."""

_DENIES = "it denies what the cited evidence shows"
_NONE = "the cited evidence says that there is none"
_JOINT = {
    "en": re.compile(r"([,;:](?!\d)|\b(?:and|but|or|nor|while|whereas)\b)", re.IGNORECASE),
    "zh": re.compile(r"([,;:，；：、](?!\d)|但是?|而|以?及|和|与|或者?|还有)"),
}
_GOES_ON = {"or", "nor", "或", "或者"}
_MAY_GO_ON = {",", "and", "，", "、", "和", "与", "及", "以及"}
_OF_ITS_OWN = re.compile(
    r"\b(?:an?|the|some|one)\b|\d|[一二两三四五六七八九十]|\{(?!\s*e\d+\.label)", re.IGNORECASE
)
"""What begins something new behind a comma: "no dogs, 2 cats"."""
_CONTRACTED = re.compile(r"\b\w+n['’]t\b", re.IGNORECASE)
_FIELD = re.compile(r"\{\s*(e[1-9]\d*)\.(label|value|text)\s*\}")
_PICTURE = re.compile(r"\{\s*e[1-9]\d*\.(?:picture|score)\s*\}")
_KEPT = "\0"


@dataclass(frozen=True)
class _Clause:
    """A part of a sentence; `before` and `behind` are the parts around its negation."""

    text: str
    negations: int
    before: str
    behind: str

    @property
    def is_negated(self) -> bool:
        return self.negations > 0


def wrong_polarity(
    template: str, evidence: Sequence[Evidence], ledger: Ledger, language: Language
) -> str | None:
    """What is wrong with the polarity of one sentence; None if it agrees with the evidence."""
    own = OPENING.sub("", own_words(template, evidence, language)).replace(_KEPT, " ")
    evidence = _as_answered(own, evidence)
    clauses = list(_clauses(own, language, takes_off=_takes_off(own, evidence, language)))
    for clause in clauses:
        problem = _problem(clause, evidence, ledger, language)
        if problem is not None:
            return problem
    is_computed = bool(REFERENCE.search(_PICTURE.sub("", _FIELD.sub("", own))))
    is_silent = not any(clause.is_negated for clause in clauses) and not is_computed
    if is_silent and all(e.status == "none" for e in evidence) and 0 not in numbers(own, language):
        return _NONE
    return None


def _as_answered(own: str, evidence: Sequence[Evidence]) -> list[Evidence]:
    """The evidence, estimates that answer "no" as `none`, unless the sentence fills them in."""
    filled_in = {i for i, _ in _FIELD.findall(own)}
    return [
        e.model_copy(update={"status": "none"}) if denies(e) and e.id not in filled_in else e
        for e in evidence
    ]


def _clauses(text: str, language: Language, *, takes_off: bool) -> Iterator[_Clause]:
    kept: list[str] = []
    masked = REFERENCE.sub(lambda m: kept.append(m[0]) or _KEPT, text)  # type: ignore[func-returns-value]
    parts = _JOINT[language].split(masked)
    references = iter(kept)
    joint, was_negated = "", False
    for index in range(0, len(parts), 2):
        whole = re.sub(_KEPT, lambda _: next(references), parts[index])
        if not whole.strip():
            continue
        clause = _clause(whole, language, takes_off=takes_off)
        if not clause.is_negated and was_negated and _goes_on(joint, whole, language):
            clause = _Clause(whole, 1, "", whole)
        was_negated = clause.is_negated
        yield clause
        joint = parts[index + 1].casefold() if index + 1 < len(parts) else ""


def _clause(text: str, language: Language, *, takes_off: bool) -> _Clause:
    """The clause with its negations found; with `takes_off`, "without" is none."""
    plain = pattern_of(language, "no negation").sub(lambda m: " " * len(m[0]), text)
    found = sorted(
        [*_negation(language, takes_off).finditer(plain), *_CONTRACTED.finditer(plain)],
        key=lambda match: match.start(),
    )
    if not found:
        return _Clause(text, 0, text, "")
    return _Clause(text, len(found), text[: found[0].start()], text[found[0].end() :])


def _negation(language: Language, takes_off: bool) -> re.Pattern[str]:
    if not takes_off:
        return pattern_of(language, "negation")
    taking_off = words_for("exclusion", language)
    return pattern_for([w for w in words_for("negation", language) if w not in taking_off])


def _takes_off(text: str, evidence: Sequence[Evidence], language: Language) -> bool:
    """Whether a sentence works a difference out: "without" says then what was taken off."""
    written = numbers(REFERENCE.sub(" ", text), language)
    return "{difference " in text or bool(differences(written, evidence))


def _goes_on(joint: str, text: str, language: Language) -> bool:
    """Whether a clause still stands behind the negation of the one before it."""
    if pattern_of(language, "is", "has", "shows", "says").search(text):
        return False
    return joint in _GOES_ON or (joint in _MAY_GO_ON and not _OF_ITS_OWN.match(text.strip()))


def _problem(
    clause: _Clause, evidence: Sequence[Evidence], ledger: Ledger, language: Language
) -> str | None:
    if clause.negations > 1:
        return "it holds two negations; say it with one, or none"
    if not clause.is_negated:
        return _claimed(clause.text, evidence, ledger, language)
    named = _named(clause.behind, evidence, ledger, language)
    named = named or _named(clause.before, evidence, ledger, language)
    named = named or list(evidence)
    return None if all(e.status == "none" for e in named) else _DENIES


def _claimed(
    text: str, evidence: Sequence[Evidence], ledger: Ledger, language: Language
) -> str | None:
    """What is wrong with a clause that says that something is there."""
    if any(ledger[i].status == "none" for i, _ in _FIELD.findall(text) if i in ledger):
        return _NONE
    if any(e.status == "none" and e.value is None and names(text, e) for e in evidence):
        return _NONE
    if 0 in numbers(REFERENCE.sub(" ", text), language) or REFERENCE.search(_FIELD.sub("", text)):
        return None
    for label in _labels(text, language):
        carrying = [e for e in evidence if label in names_of(e)]
        if carrying and all(e.status == "none" for e in carrying):
            return _NONE
    return None


def _named(
    text: str, evidence: Sequence[Evidence], ledger: Ledger, language: Language
) -> list[Evidence]:
    """The evidence that a part of a clause names: by reference, or by its label.

    Of a label that was found and is none elsewhere, what was found.
    """
    ids = [
        i
        for match in REFERENCE.finditer(_PICTURE.sub("", text))
        for i in expand(match[1].partition(".")[0], ledger)
    ]
    computed = REFERENCE.search(_PICTURE.sub("", _FIELD.sub("", text)))
    named = [ledger[i] for i in ids]
    if computed:  # a number or a list says itself what there is: nothing can deny it
        named = [e.model_copy(update={"status": "found"}) for e in named]
    for label in _labels(text, language):
        carrying = [e for e in evidence if label in names_of(e)]
        named += [e for e in carrying if e.status != "none"] or carrying
    return named + [e for e in evidence if names(text, e)]


def _labels(text: str, language: Language) -> set[str]:
    return {label for _, label in label_places(REFERENCE.sub(" ", text), language)}
