"""Plans for what is written: whole texts, fields, words, and comparing them over pictures."""

from __future__ import annotations

from tools.evidence import Evidence
from training.planner import simulate
from training.planner.chat import Call, Chat
from training.planner.endings import (
    Plan,
    Seen,
    cannot,
    failed,
    not_found,
    quote,
    unsure,
    whole_text,
)
from training.planner.fields import BY_QUERY, TYPED


def _read(chat: Chat, pictures: list[int], query: str | None, outcomes: str) -> Seen | None:
    calls = []
    for number in pictures:
        outcome = chat.rng.choice(outcomes.split())
        report = simulate.read_text(chat.pictures[number - 1], chat.rng, query, outcome)
        arguments = {"picture": f"img_{number}", "query": query, "region": None}
        calls.append(Call("read_text", arguments, chat.fails() or report))
    return chat.call(calls)


def text(mode: str) -> Plan:
    """`mode`: read, lines, characters."""

    def run(chat: Chat, pictures: list[int]) -> None:
        if not chat.offers("read_text"):
            return cannot(chat, pictures)
        seen = _read(chat, pictures, None, "text text text text none")
        return failed(chat) if seen is None else whole_text(chat, seen, mode)

    return run


def field(query: str) -> Plan:
    """A field or an item, by query."""

    def run(chat: Chat, pictures: list[int]) -> None:
        if not chat.offers("read_text"):
            return cannot(chat, pictures)
        typed = query in BY_QUERY and BY_QUERY[query].kind in TYPED
        outcomes = "value value value value value value text none unsure"
        seen = _read(chat, pictures, query, outcomes)
        if seen is None:
            return failed(chat)
        best = [found[0] for found in seen]
        found = [e for e in best if e.status == "found" and (e.value is not None or not typed)]
        if found and len(pictures) > 1:
            return _values(chat, found)
        if not found:
            doubtful = [e for e in best if e.status != "none"]
            return unsure(chat, doubtful) if doubtful else not_found(chat, best[0])
        return _value(chat, found[0])

    return run


def _value(chat: Chat, e: Evidence) -> None:
    if e.value is None:
        return quote(chat, [e])
    answer = chat.pick(
        f"The {{{e.id}.label}} is {{{e.id}.value}} [{e.id}].",
        f"{{{e.id}.label}}是{{{e.id}.value}} [{e.id}]。",
    )
    return chat.say(answer, f"{{{e.id}.value}}")


def _reference(e: Evidence) -> str:
    return f"{{{e.id}.{'text' if e.value is None else 'value'}}}"


def _values(chat: Chat, found: list[Evidence], short: str | None = None) -> None:
    parts = ", ".join(f"{{{e.id}.picture}}: {_reference(e)}" for e in found)
    cited = " ".join(e.id for e in found)
    answer = parts + chat.pick(f" [{cited}].", f" [{cited}]。")
    chat.say(answer, short or ", ".join(_reference(e) for e in found))


def word(query: str) -> Plan:
    """Whether some words stand there."""

    def run(chat: Chat, pictures: list[int]) -> None:
        if not chat.offers("read_text"):
            return cannot(chat, pictures)
        seen = _read(chat, pictures[:1], query, "text text text value none none unsure")
        if seen is None:
            return failed(chat)
        e = seen[0][0]
        if e.status == "unsure":
            return unsure(chat, [e])
        if e.status == "none":
            answer = chat.pick(
                f"I looked and found no {{{e.id}.label}} [{e.id}].",
                f"我看了,没有找到{{{e.id}.label}} [{e.id}]。",
            )
        else:
            answer = chat.pick(
                f"It says: {_reference(e)} [{e.id}].", f"上面写着:{_reference(e)} [{e.id}]。"
            )
        return chat.say(answer, f"{{exists {e.id}}}")

    return run


def compare_text(query: str | None, operation: str) -> Plan:
    """`operation` on the values of each picture: most, least, sum, difference, same, values."""

    def run(chat: Chat, pictures: list[int]) -> None:
        if not chat.offers("read_text"):
            return cannot(chat, pictures)
        if operation == "difference":
            pictures = pictures[:2]
        outcomes = "text text text text none" if query is None else "value " * 9 + "none unsure"
        seen = _read(chat, pictures, query, outcomes)
        if seen is None:
            return failed(chat)
        best = [found[0] for found in seen]
        cited = " ".join(e.id for e in best)
        if query is None:
            answer = chat.pick(
                f"By the amount of text: {{{operation} {cited}}} [{cited}].",
                f"按文字多少比较:{{{operation} {cited}}} [{cited}]。",
            )
            return chat.say(answer, f"{{{operation} {cited}}}")
        if doubtful := [e for e in best if e.status == "unsure"]:
            return unsure(chat, doubtful)
        if absent := [e for e in best if e.status == "none"]:
            return not_found(chat, absent[0])
        return _values(chat, best, None if operation == "values" else f"{{{operation} {cited}}}")

    return run
