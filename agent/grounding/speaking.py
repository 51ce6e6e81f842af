"""How an answer that the check let through is said: shortly, or in another language than asked.

Both are put together from what the answer cites, in the words that code has for evidence: nothing
is translated and nothing added, so that what is said rests on the same evidence.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from agent.answer import Claim, Language, ToolCallRecord
from agent.grounding.check import Grounded, joined
from agent.grounding.checklist import left_open
from agent.grounding.composing import in_few_words, listed_shortly
from agent.grounding.ledger import Ledger
from agent.grounding.polarity import NO, YES
from agent.grounding.question_parts import parts_of
from agent.grounding.references import UnresolvedReferenceError, fill, money
from agent.grounding.wording import WORDING, label_in
from agent.preferences import Preferences
from tools.evidence import Evidence

_STOP: dict[Language, str] = {"en": ".", "zh": "。"}


def as_wanted(
    grounded: Grounded,
    template: str,
    ledger: Ledger,
    preferences: Preferences,
    *,
    question: str,
    language: Language,
    calls: Sequence[ToolCallRecord] = (),
) -> Grounded:
    """The answer in the language and the length that somebody wants.

    Args:
        grounded: the answer, in the language of its question.
        template: what its short answer was filled in from.
        ledger: what it rests on.
        preferences: how it is wanted.
        question: what it answers.
        language: of the question.
        calls: those that were made for it.
    """
    wanted = language if preferences.language == "auto" else preferences.language
    is_short = preferences.length == "short"
    if wanted == language and not is_short:
        return grounded
    parts = parts_of(question, language)
    short, claims = grounded.short_answer, grounded.claims
    if wanted != language:
        short = _short_in(wanted, short, template, ledger)
        claims = _composed(claims, ledger, wanted)
        if len(parts) == 1 and short in {WORDING[wanted][word] for word in ("yes", "no")}:
            begin = joined([_sentence(short, wanted), claims[0].text], wanted)
            claims = [claims[0].model_copy(update={"text": begin}), *claims[1:]]
    if is_short and len(parts) == 1:
        rests_on = [ledger[i] for i in grounded.cited]
        is_estimate = any(e.kind == "estimate" for e in rests_on)
        words = _sentence(_with_currency(short, template, ledger, wanted), wanted)
        whole = Claim(text=words, evidence=grounded.cited, status="supported")
        claims = [whole] if short and not is_estimate else claims[:1]
    said = [claim.text for claim in claims]
    if grounded.unanswered:
        said.append(left_open(grounded.unanswered, parts, ledger, calls, wanted))
    return replace(grounded, text=joined(said, wanted), short_answer=short, claims=claims)


def _short_in(wanted: Language, short: str, template: str, ledger: Ledger) -> str:
    """The short answer in another language, as far as it has words that differ there."""
    word = short.casefold()
    if word in YES | NO:
        return WORDING[wanted]["yes" if word in YES else "no"]
    try:
        filled = fill(template, ledger, wanted, with_currency=False)
    except UnresolvedReferenceError:
        return short
    return filled.text if filled.used else short


def _with_currency(short: str, template: str, ledger: Ledger, language: Language) -> str:
    """The short answer with the currency of the amount that it is."""
    try:
        if fill(template, ledger, language, with_currency=False).text == short:
            return fill(template, ledger, language).text
    except UnresolvedReferenceError:
        pass
    return short


def _composed(claims: Sequence[Claim], ledger: Ledger, language: Language) -> list[Claim]:
    """Claims as what they cite says them in a few words; two that say the same are one."""
    composed: dict[str, Claim] = {}
    for claim in claims:
        cited = [ledger[i] for i in claim.evidence]
        what = listed_shortly(cited, lambda e: _in_words(e, ledger, language), language)
        is_first = not composed and any(e.kind == "direct" for e in cited)
        text = (
            WORDING[language]["seen"].format(what=what) if is_first else _sentence(what, language)
        )
        composed.setdefault(what, claim.model_copy(update={"text": text}))
    return list(composed.values())


def _in_words(evidence: Evidence, ledger: Ledger, language: Language) -> str:
    name = label_in(evidence, evidence.label or "", language)
    if evidence.value_type == "share":  # a colour: that it is there, not of how much of the picture
        return name
    if evidence.currency is not None and evidence.value is not None:
        return f"{name}: {money(str(evidence.value), evidence.currency)}"
    return in_few_words(evidence, ledger, language)


def _sentence(words: str, language: Language) -> str:
    return f"{words[:1].upper()}{words[1:]}{_STOP[language]}"
