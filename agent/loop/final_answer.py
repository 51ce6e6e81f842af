"""From a question that was worked out to its `Answer`: the checked text, or an abstention."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from langchain_core.messages import convert_to_openai_messages

from agent.answer import Answer, Claim, Reason
from agent.grounding.check import Grounded
from agent.grounding.composing import (
    abstention,
    left_out_notes,
    seen_besides,
    what_it_rests_on,
)
from agent.grounding.conflicts import conflict_notes
from agent.grounding.named_pictures import named_pictures
from agent.grounding.speaking import as_wanted
from agent.grounding.wording import WORDING
from agent.loop.state import Question
from tools.evidence import Evidence
from tools.words.groups import groups_with
from tools.words.questions import mentioned
from tools.words.sentences import label_words


def answer_of(question: Question, elapsed_ms: float, missing: Sequence[str]) -> Answer:
    """Put the answer together; `missing` names the tools that are not available here."""
    reason = _reason(question)
    grounded = _as_wanted(question) if reason is None else None
    ledger, spent, language = question.ledger, question.spent, question.answer_language
    cited = [ledger[i] for i in grounded.cited] if grounded else []
    ids = {e.id for e in cited}
    others = [e for e in [*_looked_into(question), *_own(question)] if e.id not in ids]
    text = (
        grounded.text
        if grounded
        else abstention(
            reason or "unsupported",
            language,
            ledger,
            question.calls,
            missing,
            failure=question.planner_failure,
        )
    )
    refs = [picture.ref for picture in question.pictures]
    notes = left_out_notes(question.pictures.left_out, question.calls, refs, language)
    if named_pictures(question.text, [ref.id for ref in refs]) == []:
        notes.insert(0, WORDING[language]["no_page"].format(total=len(refs)))
    if grounded:
        notes += conflict_notes(_own(question), ledger, language)
    is_long = question.preferences.length == "long"
    if (question.asks_why or is_long) and cited:
        notes.append(what_it_rests_on(cited, ledger, language))
    if is_long and cited and (besides := seen_besides(_own(question), cited, ledger, language)):
        notes.append(besides)
    return Answer(
        answer=(" " if language == "en" else "").join([text, *notes]),
        notes=notes,
        short_answer=grounded.short_answer if grounded else "",
        read_as=question.text if question.typed not in (None, question.text) else None,
        language=language,
        abstained=grounded is None,
        reason=reason,
        confidence=round(min((e.score for e in cited if e.status != "unsure"), default=0.0), 4),
        estimated=any(e.kind == "estimate" for e in cited),
        claims=list(grounded.claims) if grounded else _refused_claims(question),
        evidence=[*cited, *others],
        tool_calls=question.calls,
        timings_ms={
            "total": round(elapsed_ms, 2),
            "planner": round(spent.planner_ms, 2),
            "tools": round(sum(call.elapsed_ms for call in question.calls), 2),
        },
        planner={"calls": spent.model_calls, "repairs": spent.repairs},
        usage=spent.usage,
        trace=trace_of(question),
    )


def _as_wanted(question: Question) -> Grounded | None:
    """What the outcome says, in the language and the length that is wanted."""
    outcome = question.outcome
    if outcome.answer is None:
        return None
    return as_wanted(
        outcome.answer,
        question.ledger.names.read(str(outcome.draft.get("short_answer", ""))),
        question.ledger,
        question.preferences,
        question=question.text,
        language=question.language,
        calls=question.calls,
    )


def trace_of(question: Question) -> dict[str, Any]:
    """What the planner was given, said and wrote, for `--trace`."""
    return {
        **question.premises,
        "messages": convert_to_openai_messages(question.messages),
        "drafts": [dict(verdict.draft) for verdict in question.verdicts],
    }


def _reason(question: Question) -> Reason | None:
    """Why the question gets no answer, as its run shows it; None if it gets one.

    "Not there" needs a look that succeeded, of this question or at what it names: otherwise nobody
    looked.
    """
    if question.is_cut_off and not any(v.forgets for v in question.verdicts):
        return "out_of_time"
    verdict = question.outcome
    if not verdict.stands and verdict.answer is None:
        return "planner_failed" if question.planner_failure else "unsupported"
    looked = any(call.status == "ok" for call in question.calls)
    if verdict.reason == "not_found" and not looked and not _earlier_look(question):
        return "could_not_look"
    return verdict.reason


def _own(question: Question) -> list[Evidence]:
    """What this question's calls have seen."""
    calls = {call.id for call in question.calls}
    return [e for e in question.ledger if e.call_id in calls]


def _looked_into(question: Question) -> list[Evidence]:
    """Earlier evidence that this question's calls looked into: their regions."""
    calls = {call.id for call in question.calls}
    regions = dict.fromkeys(str(call.arguments.get("region")) for call in question.calls)
    found = [question.ledger[i] for i in regions if i in question.ledger]
    return [e for e in found if e.call_id not in calls]


def _earlier_look(question: Question) -> bool:
    """Whether earlier questions looked for what this one names, in all pictures that it is about.

    Who looked for animals has looked for dogs.
    """
    ledger = question.ledger
    known = {name for e in ledger for name in (e.label, e.member) if name}
    asked = label_words(question.text, question.language).union(mentioned(question.text, known))
    asked = asked.union(*map(groups_with, asked))
    looked_at = {e.picture.id for e in ledger if asked & {e.label, e.member}}
    pictures = [picture.ref.id for picture in question.pictures]
    return set(named_pictures(question.text, pictures) or pictures) <= looked_at


def _refused_claims(question: Question) -> list[Claim]:
    """The claims that did not pass, so that a reader of the JSON sees what was refused."""
    grounded = next((v.grounded for v in reversed(question.verdicts) if v.grounded), None)
    if grounded is None or not grounded.problems:
        return []
    return [claim for claim in grounded.claims if claim.status == "unsupported"]
