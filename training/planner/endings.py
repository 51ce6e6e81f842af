"""How turns end: the answers that several kinds of questions share, by reference."""

from __future__ import annotations

from collections.abc import Callable

from tools.evidence import Evidence
from training.planner.chat import Chat, ids

Plan = Callable[[Chat, list[int]], None]
Seen = list[list[Evidence]]


def cannot(chat: Chat, _pictures: list[int]) -> None:
    """No tool can see it."""
    chat.say(
        chat.pick("I have no tool that can see that.", "我没有能看出这一点的工具。"),
        abstain="could_not_look",
    )


def talk(chat: Chat, _pictures: list[int]) -> None:
    """Small talk: say what can be asked."""
    chat.say(
        chat.pick(
            "Ask me about the pictures: I can count things, read text, tell colours and read codes.",  # noqa: E501
            "请问我关于图片的问题:我可以数物体、读文字、看颜色和扫码。",
        ),
        abstain="could_not_look",
    )


def failed(chat: Chat) -> None:
    """A tool failed."""
    chat.say(
        chat.pick("The tool failed, so I could not look.", "工具出错了,我没能查看。"),
        abstain="could_not_look",
    )


def unsure(chat: Chat, evidence: list[Evidence]) -> None:
    """Something was below the bar."""
    e = evidence[0]
    chat.say(
        chat.pick(
            f"I am not sure about {{{e.id}.label}} [{e.id}].",
            f"我不确定{{{e.id}.label}} [{e.id}]。",
        ),
        abstain="unsure",
    )


def not_found(chat: Chat, e: Evidence) -> None:
    """Looked, and there is none."""
    chat.say(
        chat.pick(
            f"I looked and found no {{{e.id}.label}} [{e.id}].",
            f"我看了,没有找到{{{e.id}.label}} [{e.id}]。",
        ),
        abstain="not_found",
    )


def whole_text(chat: Chat, seen: Seen, mode: str) -> None:
    """What was read without a query; `mode`: read, lines, characters."""
    found = [f for f in seen if f[0].status == "found"]
    if not found:
        return not_found(chat, seen[0][0])
    first = [f[0] for f in found]
    if mode == "lines":
        short = ", ".join(f"{{count {ids(f[1:])}}}" for f in found)
        cited = " ".join(ids(f[1:]) for f in found)
        return chat.say(chat.pick(f"Lines: {short} [{cited}].", f"行数:{short} [{cited}]。"), short)
    if mode == "characters":
        short = ", ".join(f"{{{e.id}.value}}" for e in first)
        cited = " ".join(e.id for e in first)
        return chat.say(
            chat.pick(f"Characters: {short} [{cited}].", f"字数:{short} [{cited}]。"), short
        )
    return quote(chat, first)


def quote(chat: Chat, evidence: list[Evidence]) -> None:
    """What is written there."""
    short = ", ".join(f"{{{e.id}.text}}" for e in evidence)
    cited = " ".join(e.id for e in evidence)
    chat.say(chat.pick(f"It says: {short} [{cited}].", f"上面写着:{short} [{cited}]。"), short)
