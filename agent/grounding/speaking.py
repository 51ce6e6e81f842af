"""How an answer that the check let through is said: shortly, or in another language than asked.

Both are put together from what the answer cites, in the words that code has for evidence: nothing
is translated and nothing added, so that what is said rests on the same evidence.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from agent.answer import Claim, Language, ToolCallRecord
from agent.grounding.check import Grounded, joined
from agent.grounding.checklist import left_open
from agent.grounding.composing import in_few_words, listed_shortly
from agent.grounding.ledger import Ledger
from agent.grounding.own_naming import short_told
from agent.grounding.places import place_of
from agent.grounding.polarity import NO, YES
from agent.grounding.question_parts import Part, parts_of
from agent.grounding.references import UnresolvedReferenceError, fill, money
from agent.grounding.sentences import capitalised
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
    if preferences.takes_as_written(language):
        return grounded
    wanted = language if preferences.language == "auto" else preferences.language
    parts = parts_of(question, language)
    part = parts[0] if len(parts) == 1 else None
    cited = [ledger[i] for i in grounded.cited]
    is_estimate = any(e.kind == "estimate" for e in cited)
    if wanted != language:
        grounded = _Composer(ledger, wanted, part).composed(grounded, template, cited)
    if preferences.length == "short" and part is not None:
        short = _with_currency(grounded.short_answer, template, ledger, wanted)
        whole = Claim(text=_sentence(short, wanted), evidence=grounded.cited, status="supported")
        claims = [whole] if short and not is_estimate else grounded.claims[:1]
        grounded = replace(grounded, claims=claims)
    said = [claim.text for claim in grounded.claims]
    if grounded.unanswered:
        said.append(left_open(grounded.unanswered, parts, ledger, calls, wanted))
    return replace(grounded, text=joined(said, wanted))


@dataclass(frozen=True)
class _Composer:
    """Says in a language what evidence says; `part` is the question, where it is one alone."""

    ledger: Ledger
    language: Language
    part: Part | None

    def composed(self, grounded: Grounded, template: str, cited: list[Evidence]) -> Grounded:
        """The answer, begun with its short answer where what was seen does not say that."""
        short, is_ours = self._short(grounded.short_answer, template)
        claims = self._claims(grounded.claims, short)
        told = short_told(short, cited, self.ledger, self.language)
        is_direct = all(e.kind == "direct" for e in cited)
        if is_ours and is_direct and self._is_left_out(told, claims[0].text):
            begin = joined([_sentence(told, self.language), claims[0].text], self.language)
            claims[0] = claims[0].model_copy(update={"text": begin})
        return replace(grounded, short_answer=told, claims=claims)

    def _is_left_out(self, short: str, text: str) -> bool:
        """Whether a sentence does not say the short answer to the one question that there is."""
        if self.part is None or self.part.kind == "place" or not short:
            return False
        says_it = re.search(rf"(?<!\w){re.escape(short)}(?!\w)", text)
        return says_it is None or short.casefold() in YES | NO

    def _short(self, short: str, template: str) -> tuple[str, bool]:
        """The short answer, and whether it is in this language: own words stay as they are."""
        word = short.casefold()
        if word in YES | NO:
            return WORDING[self.language]["yes" if word in YES else "no"], True
        try:
            filled = fill(template, self.ledger, self.language, with_currency=False)
        except UnresolvedReferenceError:
            return short, False
        return (filled.text, True) if filled.used else (short, short.isdecimal())

    def _claims(self, claims: Sequence[Claim], short: str) -> list[Claim]:
        """Claims as what they cite says them in a few words; two that say the same are one."""
        composed: dict[str, Claim] = {}
        for claim in claims:
            cited = [self.ledger[i] for i in claim.evidence]
            what, text = self._said(cited, short, begins=not composed)
            composed.setdefault(what, claim.model_copy(update={"text": text}))
        return list(composed.values())

    def _said(self, cited: list[Evidence], short: str, *, begins: bool) -> tuple[str, str]:
        """What evidence says, and the sentence of it; what is unsure does not become sure."""
        words = WORDING[self.language]
        sure = [e for e in cited if e.status != "unsure"]
        if not sure:
            best = max(cited, key=lambda e: e.score)
            what = in_few_words(best, self.ledger, self.language)
            return what, words["best_guess"].format(what=what, score=f"{best.score:.2f}")
        what = listed_shortly(sure, lambda e: self._in_words(e, short), self.language)
        if begins and any(e.kind == "direct" for e in sure):
            return what, words["seen"].format(what=what)
        return what, _sentence(what, self.language)

    def _in_words(self, evidence: Evidence, short: str) -> str:
        name = label_in(evidence, evidence.label or "", self.language)
        if evidence.kind == "direct" and evidence.text is not None and evidence.text == short:
            return f"{name}: {short}"
        if evidence.currency is not None and evidence.value is not None:
            return f"{name}: {money(str(evidence.value), evidence.currency)}"
        words = in_few_words(evidence, self.ledger, self.language)
        is_somewhere = evidence.status == "found" and evidence.box_xyxy is not None
        if self.part is not None and self.part.kind == "place" and is_somewhere:
            return f"{words} ({place_of(evidence, self.language)})"
        return words


def _with_currency(short: str, template: str, ledger: Ledger, language: Language) -> str:
    """The short answer with the currency of the amount that it is."""
    try:
        if fill(template, ledger, language, with_currency=False).text == short:
            return fill(template, ledger, language).text
    except UnresolvedReferenceError:
        pass
    return short


def _sentence(words: str, language: Language) -> str:
    return capitalised(words) + _STOP[language]
