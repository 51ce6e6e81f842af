"""The evidence check: does the cited evidence carry every sentence of a draft?

References are right by construction (`agent.grounding.references`); what a planner wrote literally
is recomputed here: counts from the cited boxes, quotes and names in the cited text, labels among
the cited labels, numbers and dates as cited values or by a named operation. No model is asked.
A shop's own name for a thing is read as the thing's label, and said where that label stands.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from agent.answer import Claim, Draft, Language, Reason, ToolCallRecord
from agent.grounding import literals
from agent.grounding.checklist import forgotten, left_open, wrong_short_words
from agent.grounding.conflicts import overruled
from agent.grounding.estimates import is_aside, misstated
from agent.grounding.hedging import is_hedged
from agent.grounding.ledger import Ledger
from agent.grounding.naming import by_group, misnamed
from agent.grounding.notices import (
    cut_short,
    decided,
    misquoted,
    own_rules,
    unfounded,
)
from agent.grounding.own_naming import short_told, told
from agent.grounding.places import in_other_pictures, with_picture
from agent.grounding.polarity import NO, OPENING, YES, wrong_polarity
from agent.grounding.predicates import wrong_words
from agent.grounding.question_form import asks_for_absence, asks_which
from agent.grounding.question_parts import Part, parts_of
from agent.grounding.references import (
    CITATION,
    INSERTED,
    Filled,
    UnresolvedReferenceError,
    fill,
)
from agent.grounding.relevance import Said, belongs, each_once, names_twice
from agent.grounding.sentences import capitalised, sentences
from agent.grounding.wording import label_in, language_of
from agent.grounding.yes_no import carries_yes_no, wrong_sameness, wrong_yes_no
from tools.evidence import Evidence
from tools.words.answers import without_article
from tools.words.labels import GROUPS
from tools.words.sentences import label_words

_EXISTS = re.compile(r"\{\s*exists\s+")
_PIECE = re.compile(r"\s*[,;]\s+")
_LIST = re.compile(r"\{\s*list\s[^{}]*\}")


@dataclass(frozen=True)
class Grounded:
    """A draft after the check.

    `problems` is empty where every claim stands. `reason` is set where the answer must abstain
    whatever the planner wants (it rests on what a tool was not sure of).
    """

    text: str
    short_answer: str
    claims: list[Claim]
    problems: list[str] = field(default_factory=list)
    reason: Reason | None = None
    unanswered: tuple[str, ...] = ()
    """The parts of the question that no claim answers; the text says so."""
    forgotten: tuple[str, ...] = ()
    """Those of them of which no look has shown that they cannot be answered."""
    rest: Grounded | None = None
    """Of a refused answer to several questions: what stands without the refused sentences."""

    @property
    def cited(self) -> list[str]:
        """Ids of all evidence that the claims rest on, in order of first mention."""
        return list(dict.fromkeys(i for claim in self.claims for i in claim.evidence))


def check(
    draft: Draft,
    ledger: Ledger,
    *,
    question: str,
    language: Language,
    calls: Sequence[ToolCallRecord] = (),
) -> Grounded:
    """Check a draft that does not abstain against the ledger, and against the question.

    Of the parts that it leaves out, `calls`, those of the question, tell which could not be seen.
    """
    read = ledger.names.read
    draft = draft.model_copy(
        update={name: each_once(read(getattr(draft, name))) for name in ("answer", "short_answer")}
    )
    templates = sentences(draft.answer)
    claims = [_check_claim(template, ledger, question, language) for template in templates]
    problems = [f"{claim.text!r}: {claim.problem}" for claim in claims if claim.problem]
    if not claims:
        problems.append("the answer is empty")
    cited = [ledger[i] for i in dict.fromkeys(i for c in claims for i in c.evidence) if i in ledger]
    parts = parts_of(question, language)
    words, others = _yes_and_no(draft.short_answer, parts)
    short_answer, _ = _check_short(draft.short_answer, cited, ledger, question, language)
    _, problem = _check_short(others, cited, ledger, question, language)
    problem = problem or wrong_short_words(words, parts, cited, language)
    if problem:
        problems.append(f"short_answer {draft.short_answer!r}: {problem}")
    pairs = list(zip(templates, claims, strict=True))
    said = [_said(template, claim, ledger) for template, claim in pairs]
    unanswered, problem = ((), None) if problems else belongs(parts, said, language)
    if problem:
        problems.append(problem)
    unsure = any(_rests_on_doubt(template, claim, ledger) for template, claim in pairs)
    spoken = [told(template, claim, ledger, question, language) for template, claim in pairs]
    text = joined([claim.text for claim in spoken], language)
    rest = _rest(draft, templates, ledger, question, calls) if problems or unsure else None
    if rest is not None and not problems:
        return rest
    if unanswered:
        text = joined([text, left_open(unanswered, parts, ledger, calls, language)], language)
    return Grounded(
        text=text,
        short_answer=short_told(short_answer, cited, ledger, language),
        claims=spoken,
        problems=problems,
        reason="unsure" if unsure and not problems else None,
        unanswered=unanswered,
        forgotten=forgotten(unanswered, parts, ledger, calls),
        rest=rest,
    )


def _rest(
    draft: Draft,
    templates: Sequence[str],
    ledger: Ledger,
    question: str,
    calls: Sequence[ToolCallRecord],
) -> Grounded | None:
    """The answer without the sentences that do not pass; None where nothing of use is left.

    Only a question that asks for several things is answered in part.
    """
    language = language_of(question)
    passes = [
        check_sentence(template, ledger, question=question, language=language).status == "supported"
        for template in templates
    ]
    if all(passes) or not any(passes) or len(parts_of(question, language)) < 2:
        return None
    short = draft.short_answer.split(";")
    kept = {
        "answer": " ".join(itertools.compress(templates, passes)),
        "short_answer": ";".join(itertools.compress(short, passes)).strip()
        if len(short) == len(passes)
        else "",
    }
    rest = check(
        draft.model_copy(update=kept), ledger, question=question, language=language, calls=calls
    )
    return rest if not rest.problems else None


def _said(template: str, claim: Claim, ledger: Ledger) -> Said:
    return Said(template, claim.text, [ledger[i] for i in claim.evidence])


def check_sentence(template: str, ledger: Ledger, *, question: str, language: Language) -> Claim:
    """Check one sentence by itself, as the beginning of an answer.

    One that rests on what a tool was not sure of does not pass.
    """
    template = ledger.names.read(template)
    claim = _check_claim(template, ledger, question, language)
    said = [_said(template, claim, ledger)]
    _, problem = belongs(parts_of(question, language), said, language)
    if problem or _rests_on_doubt(template, claim, ledger):
        return claim.model_copy(update={"status": "unsupported"})
    return told(template, claim, ledger, question, language)


def _rests_on_doubt(template: str, claim: Claim, ledger: Ledger) -> bool:
    """Whether a sentence says for sure what a tool was not sure of."""
    evidence = [ledger[i] for i in claim.evidence]
    unsure = (e for e in evidence if e.status == "unsure" and not is_aside(e, template, evidence))
    return any(unsure) and not is_hedged(template, evidence)


def _check_claim(template: str, ledger: Ledger, question: str, language: Language) -> Claim:
    try:
        absence = asks_for_absence(question, language)
        filled = fill(template, ledger, language, absence=absence)
    except UnresolvedReferenceError as problem:
        text = CITATION.sub("", template)
        return Claim(text=text, evidence=[], status="unsupported", problem=str(problem))
    evidence = [ledger[i] for i in dict.fromkeys((*filled.cited, *filled.used))]
    rules = own_rules(template, filled.text, evidence, ledger, language)
    problem_text = (
        _problem(filled, evidence, ledger, question, language)
        or overruled(evidence, ledger)
        or misstated(template, evidence, language)
        or misquoted(template, evidence, language)
        or unfounded(rules, evidence)
        or (None if rules else wrong_polarity(template, evidence, ledger, language))
        or wrong_words(template, evidence, language, states_rule=bool(rules))
        or in_other_pictures(question, evidence, ledger)
    )
    return Claim(
        text=with_picture(capitalised(filled.text), evidence, ledger, language),
        evidence=[e.id for e in evidence],
        status="unsupported" if problem_text else "supported",
        problem=problem_text,
    )


def _problem(
    filled: Filled, evidence: list[Evidence], ledger: Ledger, question: str, language: Language
) -> str | None:
    """The first thing wrong with what was filled in or copied; None if it stands."""
    if not evidence:
        return "it cites no evidence"
    return (
        _incomplete_count(filled.counted, ledger)
        or names_twice(filled, evidence)
        or _wrong_opening(filled.text, evidence, question, language)
        or misnamed(filled, evidence, ledger, language)
        or literal_problem(filled.literal, evidence, ledger, question, language)
    )


def literal_problem(
    literal: str, evidence: list[Evidence], ledger: Ledger, question: str, language: Language
) -> str | None:
    """What of the planner's own words the evidence does not carry; None if it carries all."""
    text = literals.normalise(literal)
    seen = [
        literals.normalise(t) for e in evidence for t in (e.text, e.value, e.label) if t is not None
    ]
    plain = literals.without_dates(literals.without_quotes(text))
    return (
        _unsaid_quote(text, seen)
        or _unseen_date(literals.without_quotes(text), seen)
        or _uncarried_number(plain, seen, evidence, ledger, language)
        or _uncited_label(plain, evidence, seen, language)
        or _unknown_name(plain, [*seen, literals.normalise(question)], language)
    )


def _unsaid_quote(text: str, seen: list[str]) -> str | None:
    written = "\n".join(seen)
    for quote in literals.quotes(text):
        if quote.replace(INSERTED, "").strip(" ,") and quote not in written:
            return f"the quote {quote!r} does not stand in the cited text"
    return None


def _unseen_date(text: str, seen: list[str]) -> str | None:
    unseen = literals.unseen_dates(literals.dates(text), seen)
    return f"the date {unseen[0]} is not in the cited evidence" if unseen else None


def _uncarried_number(
    text: str, seen: list[str], evidence: list[Evidence], ledger: Ledger, language: Language
) -> str | None:
    text = literals.without_printed_numbers(text, seen)
    if unreadable := literals.unreadable_number(text):
        return f"the number {unreadable} does not stand in what is cited"
    said = literals.numbers(text, language)
    uncarried = said - literals.carried_numbers(said, evidence, ledger, label_words(text, language))
    if uncarried:
        return f"the number {min(uncarried)} is neither cited nor derived from what is cited"
    return None


def _uncited_label(
    text: str, evidence: list[Evidence], seen: list[str], language: Language
) -> str | None:
    cited = {label.casefold() for e in evidence for label in (e.label, e.group) if label}
    meant = {w for label in cited for w in label_words(label, "en") | label_words(label, language)}
    written = "\n".join(seen).casefold()
    for label in sorted(label_words(text, language) - cited - meant - set(GROUPS)):
        if label not in written:
            return f"{label!r} is not among the cited labels"
    return None


def _unknown_name(text: str, known: list[str], language: Language) -> str | None:
    written = "\n".join(known).casefold()
    for name in literals.names(text, language):
        if name.casefold() not in written:
            return f"the name {name!r} is not in the cited evidence"
    return None


def _incomplete_count(counted: tuple[str, ...], ledger: Ledger) -> str | None:
    """A count must rest on all boxes of its kind, else it is recounted wrongly."""
    ids = set(counted)
    for cited in by_group(ledger[i] for i in counted):
        group = ledger.group_of(cited[0])
        missing = [e.id for e in group if e.status == "found" and e.id not in ids]
        if missing:
            return f"the count leaves out {' '.join(missing)}; cite {group[0].id}-{group[-1].id}"
    return None


def _wrong_opening(
    text: str, evidence: list[Evidence], question: str, language: Language
) -> str | None:
    """The "No" of "No, there are 2 dogs" must be true of what was asked."""
    opening = OPENING.match(text)
    if not opening:
        return None
    asked = [part for part in parts_of(question, language) if part.kind == "yes/no"]
    if asked and not any(carries_yes_no(part, evidence) for part in asked):
        return "words that are written there are no yes and no no; say what is written"
    return wrong_yes_no(opening[1], evidence, question, language)


def _check_short(
    template: str, cited: list[Evidence], ledger: Ledger, question: str, language: Language
) -> tuple[str, str | None]:
    """The short answer filled in, and what is wrong with it.

    Of a yes/no question it is yes, no, or nothing: where neither follows, the sentences say what
    there is. Of several questions, and of places, it may be nothing as well.
    """
    if asks_which(question, language):
        template = _EXISTS.sub("{list ", template)
    try:
        absence = asks_for_absence(question, language)
        filled = fill(template, ledger, language, absence=absence, with_currency=False)
    except UnresolvedReferenceError as problem:
        return "", str(problem)
    evidence = list({e.id: e for e in [*cited, *(ledger[i] for i in filled.used)]}.values())
    if any(e.kind == "estimate" and e not in cited for e in evidence):
        return "", "it rests on an estimate that no sentence cites"
    if any(e.kind == "estimate" for e in evidence):
        filled = replace(filled, text=without_article(filled.text))
    parts = parts_of(question, language)
    if len(parts) == 1 and parts[0].kind == "yes/no":
        return _yes_no(filled, parts[0], cited, evidence, question)
    if len(parts) == 1 and _LIST.fullmatch(template.strip()):
        filled = replace(filled, text=_listed_shortly(filled, parts[0], ledger, language))
    if not filled.text:
        may_be_empty = len(parts) > 1 or parts[0].kind == "place"
        return "", None if may_be_empty else "it is empty"
    word = filled.text.strip(" .。!！").casefold()
    if not filled.used and word in YES | NO:
        return filled.text, wrong_yes_no(word, cited, question, language)
    problem_text = (
        _incomplete_count(filled.counted, ledger)
        or names_twice(filled, [ledger[i] for i in filled.counted])
        or misnamed(filled, evidence, ledger, language)
        or cut_short(filled.text, evidence)
    )
    if not all(literals.stands_in(piece, evidence) for piece in _PIECE.split(template)):
        problem_text = (
            problem_text
            or literal_problem(filled.literal, evidence, ledger, question, language)
            or wrong_polarity(template, evidence, ledger, language)
            or wrong_words(template, evidence, language)
        )
    return filled.text, problem_text


def _listed_shortly(filled: Filled, part: Part, ledger: Ledger, language: Language) -> str:
    """A list as a short answer: of how many, the number; of the one thing there is, its name."""
    found = [e for i in filled.counted if (e := ledger[i]).status == "found"]
    if part.kind == "count" and len({e.label for e in found}) == 1:
        return str(len(found))
    if part.kind == "open" and len(found) == 1 and found[0].label:
        return label_in(found[0], found[0].member or found[0].label, language)
    return filled.text


def _yes_no(
    filled: Filled, part: Part, cited: list[Evidence], evidence: list[Evidence], question: str
) -> tuple[str, str | None]:
    """Yes, no, or nothing, and what is wrong with it."""
    each = re.split(r"[;；]\s*", filled.text)
    if len(each) > 1 and part.things:  # "Is there a dog and a cat?"
        filled = replace(filled, text=next((w for w in each if w.casefold() in NO), each[0]))
    opening = OPENING.match(filled.text)
    word = opening[1] if opening else filled.text.strip(" .。!！")
    if word.casefold() not in YES | NO or not carries_yes_no(part, evidence):
        return "", None
    problem = names_twice(filled, ())
    says_yes = word.casefold() in YES
    unlike = wrong_sameness(part, evidence, says_yes=says_yes)
    wrong = problem or wrong_yes_no(word, cited, question, language_of(question)) or unlike
    if opening or not filled.used:
        return word, wrong
    return ("" if wrong and decided(part.text, cited) is not None else word), problem or unlike


def _yes_and_no(short_answer: str, parts: Sequence[Part]) -> tuple[list[str], str]:
    """The yes and no that it says to one of several parts, and what it says to the others."""
    pieces = [piece.strip(" .。!！") for piece in re.split("[;；]", short_answer)]
    words = [piece for piece in pieces if piece.casefold() in YES | NO] if len(parts) > 1 else []
    others = "; ".join(piece for piece in pieces if piece not in words)
    return words, others if words else short_answer


def joined(texts: Sequence[str], language: Language) -> str:
    """Sentences one behind the other."""
    return (" " if language == "en" else "").join(texts)
