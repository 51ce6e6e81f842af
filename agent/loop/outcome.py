"""From a question that was worked out to its `Answer`: the checked text, or an abstention."""

from __future__ import annotations

from collections.abc import Sequence

from langchain_core.messages import convert_to_openai_messages

from agent.answer import Answer, Claim, Reason
from agent.grounding.composing import abstention
from agent.loop.state import Question


def answer_of(question: Question, elapsed_ms: float, missing: Sequence[str]) -> Answer:
    """Put the answer together; `missing` names the tools that are not available here."""
    reason = _reason(question)
    grounded = question.verdicts[-1].grounded if reason is None else None
    ledger, spent = question.ledger, question.spent
    cited = [ledger[i] for i in grounded.cited] if grounded else []
    others = [e for e in ledger if e not in cited]
    return Answer(
        answer=grounded.text
        if grounded
        else abstention(
            reason or "unsupported", question.language, ledger, question.calls, missing
        ),
        short_answer=grounded.short_answer if grounded else "",
        language=question.language,
        abstained=grounded is None,
        reason=reason,
        confidence=round(min((e.score for e in cited if e.status != "unsure"), default=0.0), 4),
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
        trace={
            "messages": convert_to_openai_messages(question.messages),
            "drafts": [dict(verdict.draft) for verdict in question.verdicts],
        },
    )


def _reason(question: Question) -> Reason | None:
    """Why the question gets no answer, as its run shows it; None if it gets one.

    "Not there" needs a look that succeeded: otherwise nobody could look.
    """
    if question.is_cut_off:
        return "out_of_time"
    verdict = question.verdicts[-1]
    if not verdict.stands:
        return "unsupported"
    looked = any(call.status == "ok" for call in question.calls) or len(question.ledger) > 0
    if verdict.reason == "not_found" and not looked:
        return "could_not_look"
    return verdict.reason


def _refused_claims(question: Question) -> list[Claim]:
    """The claims that did not pass, so that a reader of the JSON sees what was refused."""
    grounded = next((v.grounded for v in reversed(question.verdicts) if v.grounded), None)
    if grounded is None or not grounded.problems:
        return []
    return [claim for claim in grounded.claims if claim.status == "unsupported"]
