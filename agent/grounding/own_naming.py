"""A sentence with the names that its person has for the things which its evidence shows.

The check judges labels; this is how a sentence that it let through is said. A name stands where a
label's word stood, of evidence that the sentence rests on, and nowhere else: not in a quotation,
nor in what a reference takes from a picture.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from agent.answer import Claim, Language
from agent.grounding.ledger import Ledger
from agent.grounding.naming import labels_seen
from agent.grounding.places import with_picture
from agent.grounding.question_form import asks_for_absence
from agent.grounding.references import INSERTED, Filled, fill
from agent.grounding.sentences import capitalised
from tools.evidence import Evidence
from tools.words.own_names import before_name

_SAYS_LABELS = re.compile(r"(?:list|most|least)\s|e[1-9]\d*\.(?:label|value)$")
"""References that may say what a thing is called."""


def told(template: str, claim: Claim, ledger: Ledger, question: str, language: Language) -> Claim:
    """A claim of that template as its person reads it."""
    if not ledger.names or not claim.evidence:
        return claim
    absence = asks_for_absence(question, language)
    filled = fill(template, ledger, language, absence=absence)
    if filled.literal.count(f" {INSERTED} ") != len(filled.references):
        return claim  # the planner wrote the mark itself
    text = capitalised(_in_own_names(filled, ledger, language, absence=absence))
    evidence = [ledger[i] for i in claim.evidence]
    return claim.model_copy(update={"text": with_picture(text, evidence, ledger, language)})


def short_told(short: str, cited: Sequence[Evidence], ledger: Ledger, language: Language) -> str:
    """A short answer likewise; one that rests on texts may be their words."""
    if any(e.text is not None for e in cited):
        return short
    return ledger.names.said(short, labels_seen(cited), language)


def _in_own_names(filled: Filled, ledger: Ledger, language: Language, *, absence: bool) -> str:
    """The text of a sentence that was filled in (`references.fill`)."""
    labels = labels_seen(ledger[i] for i in (*filled.cited, *filled.used))
    words = ledger.names.said(filled.literal, labels, language).split(f" {INSERTED} ")
    text = words[0]
    inserted = _inserted(filled, ledger, language, absence)
    for (plain, named), behind in zip(inserted, words[1:], strict=True):
        text = f"{text if named == plain else before_name(text, named)}{named}{behind}"
    return text.strip()


def _inserted(
    filled: Filled, ledger: Ledger, language: Language, absence: bool
) -> Iterator[tuple[str, str]]:
    """What each reference puts in, without and with the names."""
    for body in filled.references:
        one = fill(f"{{{body}}}", ledger, language, absence=absence)
        labels = labels_seen(ledger[i] for i in one.used) if _SAYS_LABELS.match(body) else set()
        yield one.text, ledger.names.said(one.text, labels, language)
