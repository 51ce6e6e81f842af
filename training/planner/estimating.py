"""Estimates: the call for one, and what it allows to say; where a look was not sure, too."""

from __future__ import annotations

from agent.grounding.question_parts import parts_of
from tools.evidence import Evidence
from training.planner import simulate
from training.planner.chat import Call, Chat
from training.planner.endings import cannot, failed, not_found, unsure

ESTIMATE = "answer_by_fusion"


def estimate(chat: Chat, number: int, region: str | None = None) -> None:
    """One estimate and what it allows to say; for what no direct look was sure of."""
    seen = chat.call([estimating(chat, number, region)])
    return failed(chat) if seen is None else estimated(chat, seen[0])


def estimating(chat: Chat, number: int, region: str | None = None) -> Call:
    """The call for an estimate of the present question."""
    likely = chat.likely or _likely(chat)
    report = simulate.answer_by_fusion(chat.pictures[number - 1], chat.rng, chat.question, likely)
    return Call(ESTIMATE, {"picture": f"img_{number}", "region": region}, chat.fails() or report)


def estimated(chat: Chat, evidence: list[Evidence]) -> None:
    """What an estimate allows to say."""
    best = evidence[0]
    if best.status != "found":
        return chat.say(
            chat.pick(f"I am not sure [{best.id}].", f"我不确定 [{best.id}]。"), abstain="unsure"
        )
    if best.value not in ("yes", "no"):
        answer = chat.pick(
            f"It is probably {{{best.id}.value}} [{best.id}].",
            f"大概是{{{best.id}.value}} [{best.id}]。",
        )
        return chat.say(answer, f"{{{best.id}.value}}")
    if chat.language == "en":
        return chat.say(f"Probably {{{best.id}.value}} [{best.id}].", f"{{{best.id}.value}}")
    said, short = ("大概是的", "是") if best.value == "yes" else ("大概不是", "不是")
    return chat.say(f"{said} [{best.id}]。", short)


def or_estimate(chat: Chat, number: int, e: Evidence) -> None:
    """One estimate where a look was not sure; what it was not sure of, where nothing estimates."""
    if chat.offers(ESTIMATE):
        return estimate(chat, number)
    return not_found(chat, e) if e.status == "none" else unsure(chat, [e])


def or_cannot(chat: Chat, pictures: list[int]) -> None:
    """One estimate where no tool on offer looks; the end where nothing estimates either."""
    if chat.offers(ESTIMATE) and len(pictures) == 1:
        return estimate(chat, pictures[0])
    return cannot(chat, pictures)


def _likely(chat: Chat) -> str:
    """An answer of the kind that the question asks for."""
    kind = parts_of(chat.question, chat.language)[0].kind
    if kind == "yes/no":
        return chat.rng.choice(["yes", "no"])
    if kind == "count":
        return str(chat.rng.randint(0, 9))
    if kind == "colour":
        return chat.rng.choice(simulate.COLORS)
    return chat.rng.choice(simulate.ANSWERS[40:])
