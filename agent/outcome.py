"""From a finished run to an `Answer`: the checked text, or an abstention with what was seen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from langchain_core.messages import BaseMessage, convert_to_openai_messages

from agent.answer import Answer, Claim, Reason
from agent.context import RunContext
from agent.references import counted
from agent.wording import WORDING, join_words, label_in, number_phrase
from tools.evidence import Evidence
from tools.words.labels import chinese

SEEN_ITEMS = 5
"""Pieces of evidence that an abstention names."""


def compose(
    context: RunContext, messages: Sequence[BaseMessage], elapsed_ms: float, missing: Sequence[str]
) -> Answer:
    """Put the answer together; `missing` names the tools that are not available here."""
    reason = _reason(context)
    grounded = context.outcome if reason is None else None
    claims = list(grounded.claims) if grounded else _failed_claims(context)
    cited = [context.ledger[i] for i in grounded.cited] if grounded else []
    others = [e for e in context.ledger if e not in cited]
    return Answer(
        answer=grounded.text
        if grounded
        else _abstention(context, reason or "unsupported", missing),
        short_answer=grounded.short_answer if grounded else "",
        language=context.language,
        abstained=grounded is None,
        reason=reason,
        confidence=round(min((e.score for e in cited if e.status != "unsure"), default=0.0), 4),
        claims=claims,
        evidence=[*cited, *others],
        tool_calls=context.records,
        timings_ms={
            "total": round(elapsed_ms, 2),
            "planner": round(context.planner_ms, 2),
            "tools": round(sum(r.elapsed_ms for r in context.records), 2),
        },
        planner={"calls": context.model_calls, "repairs": context.repairs},
        usage=context.usage,
        trace=trace_of(context, messages),
    )


def trace_of(context: RunContext, messages: Sequence[BaseMessage]) -> dict[str, Any]:
    """What a run was given, said and written, for `--trace`; `messages` are this question's."""
    return {
        **context.premises,
        "messages": convert_to_openai_messages(list(messages)),
        "drafts": context.drafts,
    }


def _reason(context: RunContext) -> Reason | None:
    """Why the run abstains, as the run itself shows it; None if it answers.

    "Not there" needs a look that succeeded: otherwise nobody could look.
    """
    if context.abstained is None:
        return None if context.outcome else "unsupported"
    looked = any(record.status == "ok" for record in context.records) or len(context.ledger) > 0
    if context.abstained == "not_found" and not looked:
        return "could_not_look"
    return cast("Reason", context.abstained)


def _failed_claims(context: RunContext) -> list[Claim]:
    """The claims that did not pass, so that a reader of the JSON sees what was refused."""
    if context.outcome is None or not context.outcome.problems:
        return []
    return [claim for claim in context.outcome.claims if claim.status == "unsupported"]


def _abstention(context: RunContext, reason: Reason, missing: Sequence[str]) -> str:
    words, language = WORDING[context.language], context.language
    parts = [words[reason].format(why=context.planner_failure)]
    parts += [words["failed"].format(tool=r.name, why=r.error) for r in context.records if r.error]
    if reason == "could_not_look" and missing:
        parts.append(words["missing"].format(names=join_words(list(missing), language)))
    recent = {record.id for record in context.records}
    own = [e for e in context.ledger if e.call_id in recent and e.group != "line"]
    if reason == "unsure" and (unsure := [e for e in own if e.status == "unsure"]):
        best = max(unsure, key=lambda e: e.score)
        parts.append(
            words["best_guess"].format(what=_what(best, context), score=f"{best.score:.2f}")
        )
    elif own:
        seen = list(dict.fromkeys(_what(e, context) for e in own))[:SEEN_ITEMS]
        parts.append(words["seen"].format(what=("; " if language == "en" else ";").join(seen)))
    return (" " if language == "en" else "").join(parts)


def _what(evidence: Evidence, context: RunContext) -> str:
    """A piece of evidence in a few words."""
    label = evidence.label or evidence.group or ""
    name = label_in(evidence, label, context.language)
    if evidence.group and evidence.status == "found":
        found = [e for e in context.ledger.group_of(evidence) if e.status == "found"]
        return counted(label, found, context.language)
    if evidence.status == "none" and evidence.group:
        return number_phrase(label, 0, context.language)
    if evidence.status == "none":
        return WORDING[context.language]["absent"].format(what=name)
    content = evidence.value if evidence.value is not None else evidence.text
    if evidence.member is not None and context.language == "zh":
        content = chinese(evidence.member)
    text = " ".join(str(content).split()) if content is not None else ""
    text = text if len(text) <= 60 else text[:59] + "…"
    return ": ".join(part for part in (name, text) if part)


def planner_facts(planner: Any, fallback: str | None, stood_in: str | None) -> dict[str, Any]:
    """Who planned, as the planner itself says, and why another stood in for it.

    A chat model that is not ours is `custom`: of it only its own fields are known.
    """
    facts = getattr(planner, "provenance", None) or {
        "kind": "custom",
        "model": str(
            getattr(planner, "model_name", None)
            or getattr(planner, "model", None)
            or type(planner).__name__
        ),
        "url": getattr(planner, "openai_api_base", None) or getattr(planner, "base_url", None),
    }
    if stood_in is not None:
        return {**facts, "stood_in": fallback, "because": stood_in}
    return dict(facts)
