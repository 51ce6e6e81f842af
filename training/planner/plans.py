"""What a good planner does for each kind of question: the calls, then the answer by reference.

A plan is run on a conversation and some of its pictures; it meets every outcome of the tools.
How the question was put is `training.planner.generator`'s.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

from tools.evidence import Evidence
from training.planner import simulate
from training.planner.chat import Call, Chat, ids
from training.planner.fields import BY_QUERY, TYPED

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
            "Ask me about the pictures: I can count things, read text, tell colours and read codes.",
            "请问我关于图片的问题:我可以数物体、读文字、看颜色和扫码。",
        ),
        abstain="could_not_look",
    )


def _failed(chat: Chat) -> None:
    chat.say(
        chat.pick("The tool failed, so I could not look.", "工具出错了,我没能查看。"),
        abstain="could_not_look",
    )


def _unsure(chat: Chat, evidence: list[Evidence]) -> None:
    e = evidence[0]
    chat.say(
        chat.pick(f"I am not sure about {{{e.id}.label}} [{e.id}].", f"我不确定{{{e.id}.label}} [{e.id}]。"),
        abstain="unsure",
    )


def _not_found(chat: Chat, e: Evidence) -> None:
    chat.say(
        chat.pick(f"I looked and found no {{{e.id}.label}} [{e.id}].", f"我看了,没有找到{{{e.id}.label}} [{e.id}]。"),
        abstain="not_found",
    )


# --- objects ---------------------------------------------------------------------------------


def _count(rng: random.Random) -> int | str:
    roll = rng.random()
    if roll < 0.2:
        return 0
    if roll < 0.28:
        return "unsure"
    return rng.choice([1, 1, 1, 1, 2, 2, 2, 3, 3, 4, 5, 6, 7, 9, 12, 15, 22])


def _detect(chat: Chat, pictures: list[int], labels: list[str]) -> Seen | None:
    calls = []
    for number in pictures:
        if labels:
            counts = {label: _count(chat.rng) for label in labels}
        else:
            known = chat.rng.sample(chat.labels, min(len(chat.labels), chat.rng.randint(1, 6)))
            counts = {} if chat.rng.random() < 0.08 else {x: chat.rng.randint(1, 5) for x in known}
        report = simulate.detect_objects(chat.pictures[number - 1], chat.rng, labels, counts)
        arguments = {"picture": f"img_{number}", "labels": labels, "region": None}
        calls.append(Call("detect_objects", arguments, chat.fails() or report))
    return chat.call(calls)


def _sentence(chat: Chat, evidence: list[Evidence]) -> str:
    """What was found, and what was not."""
    if chat.language == "en":
        return f"I see {{list {ids(evidence)}}} [{ids(evidence)}]."
    found = [e for e in evidence if e.status == "found"]
    none = [e for e in evidence if e.status == "none"]
    parts = ([f"图中有{{list {_spread(found)}}}"] if found else []) + (
        [f"{'' if found else '图中'}{{list {_spread(none)}}}"] if none else []
    )
    return ",".join(parts) + f" [{ids(evidence)}]。"


def _spread(evidence: list[Evidence]) -> str:
    """Ids as ranges: `e1-e3 e7`."""
    runs: list[list[Evidence]] = []
    for e in evidence:
        if runs and int(e.id[1:]) == int(runs[-1][-1].id[1:]) + 1:
            runs[-1].append(e)
        else:
            runs.append([e])
    return " ".join(ids(run) for run in runs)


def objects(labels: list[str], mode: str) -> Plan:
    """`mode`: count, exists, list, most or least (of two labels)."""

    def run(chat: Chat, pictures: list[int]) -> None:
        offered = [x for x in labels if x in chat.labels]
        if not chat.offers("detect_objects") or (labels and not offered):
            return cannot(chat, pictures)
        if mode in {"most", "least"} and len(offered) < 2:
            return cannot(chat, pictures)
        seen = _detect(chat, pictures, offered)
        if seen is None:
            return _failed(chat)
        unsure = [e for found in seen for e in found if e.status == "unsure"]
        if unsure:
            return _unsure(chat, unsure)
        everything = [e for found in seen for e in found]
        if len(seen) > 1:
            return chat.say(_by_picture(chat, seen), _short(seen, mode))
        return chat.say(_sentence(chat, everything), _short(seen, mode))

    return run


def _short(seen: Seen, mode: str) -> str:
    if mode in {"most", "least"}:
        groups: dict[str, list[Evidence]] = {}
        for e in seen[0]:
            groups.setdefault(str(e.group), []).append(e)
        return f"{{{mode} {' '.join(ids(g) for g in groups.values())}}}"
    several = any(len({e.group for e in found}) > 1 for found in seen)
    operation = "list" if mode == "list" or several else mode
    return ", ".join(f"{{{operation} {ids(found)}}}" for found in seen)


def _by_picture(chat: Chat, seen: Seen) -> str:
    parts = [f"{{{f[0].id}.picture}}: {{list {ids(f)}}}" for f in seen]
    cited = " ".join(ids(f) for f in seen)
    return ", ".join(parts) + chat.pick(f" [{cited}].", f" [{cited}]。")


def compare_objects(label: str, mode: str) -> Plan:
    """Which picture has most/least of a thing, or (`count`) how many in all."""

    def run(chat: Chat, pictures: list[int]) -> None:
        if not chat.offers("detect_objects", labels=[label]):
            return cannot(chat, pictures)
        seen = _detect(chat, pictures, [label])
        if seen is None:
            return _failed(chat)
        if unsure := [e for found in seen for e in found if e.status == "unsure"]:
            return _unsure(chat, unsure)
        return chat.say(
            _by_picture(chat, seen), f"{{{mode} {' '.join(ids(found) for found in seen)}}}"
        )

    return run


# --- a thing, then something on it -----------------------------------------------------------


def on_thing(label: str, then: str, color: str | None = None, limit: int = 1) -> Plan:
    """Detect, then look at the region: `then` is color or text."""

    def run(chat: Chat, pictures: list[int]) -> None:
        tool = "describe_colors" if then == "color" else "read_text"
        if not chat.offers("detect_objects", tool, labels=[label]):
            return cannot(chat, pictures)
        seen = _detect(chat, pictures[:1], [label])
        if seen is None:
            return _failed(chat)
        if seen[0][0].status == "none":
            return _not_found(chat, seen[0][0])
        if seen[0][0].status == "unsure":
            return _unsure(chat, seen[0])
        return look_at(chat, pictures[0], [e.id for e in seen[0][:limit]], then, color)

    return run


def look_at(
    chat: Chat, number: int, regions: list[str], then: str, color: str | None = None
) -> None:
    """The colour of, or the text on, evidence that is there."""
    ref = chat.pictures[number - 1]
    if then == "text":
        outcome = "none" if chat.rng.random() < 0.2 else "text"
        report = simulate.read_text(ref, chat.rng, None, outcome, regions[0])
        arguments = {"picture": ref.id, "query": None, "region": regions[0]}
        seen = chat.call([Call("read_text", arguments, chat.fails() or report)])
        return _failed(chat) if seen is None else _whole_text(chat, seen, "read")
    calls = [
        Call(
            "describe_colors",
            {"picture": ref.id, "region": region},
            chat.fails() or simulate.describe_colors(ref, chat.rng),
        )
        for region in regions
    ]
    seen = chat.call(calls)
    return _failed(chat) if seen is None else _colors(chat, seen, color)


def _colors(chat: Chat, seen: Seen, color: str | None) -> None:
    short = f"{{has {ids(seen[0])} {color}}}" if color else f"{{{seen[0][0].id}.label}}"
    if len(seen) > 1:
        parts = [f"{{{found[0].id}.label}}" for found in seen]
        cited = " ".join(found[0].id for found in seen)
        answer = chat.pick(f"They are {', '.join(parts)} [{cited}].", f"分别是{', '.join(parts)} [{cited}]。")
        return chat.say(answer, short if color else ", ".join(parts))
    first, more = seen[0][0], seen[0][1:]
    if not more:
        answer = chat.pick(f"It is {{{first.id}.label}} [{first.id}].", f"是{{{first.id}.label}} [{first.id}]。")
    else:
        cited = f"{first.id} {more[0].id}" if not color else ids(seen[0])
        answer = chat.pick(
            f"It is mostly {{{first.id}.label}}, then {{{more[0].id}.label}} [{cited}].",
            f"主要是{{{first.id}.label}},其次是{{{more[0].id}.label}} [{cited}]。",
        )
    return chat.say(answer, short)


def colors(color: str | None = None) -> Plan:
    """The colours of whole pictures; with `color`, whether it is among them."""

    def run(chat: Chat, pictures: list[int]) -> None:
        if not chat.offers("describe_colors"):
            return cannot(chat, pictures)
        calls = []
        for number in pictures:
            report = chat.fails() or simulate.describe_colors(chat.pictures[number - 1], chat.rng)
            arguments = {"picture": f"img_{number}", "region": None}
            calls.append(Call("describe_colors", arguments, report))
        seen = chat.call(calls)
        return _failed(chat) if seen is None else _colors(chat, seen, color)

    return run


# --- text ------------------------------------------------------------------------------------


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
        return _failed(chat) if seen is None else _whole_text(chat, seen, mode)

    return run


def _whole_text(chat: Chat, seen: Seen, mode: str) -> None:
    found = [f for f in seen if f[0].status == "found"]
    if not found:
        return _not_found(chat, seen[0][0])
    first = [f[0] for f in found]
    if mode == "lines":
        short = ", ".join(f"{{count {ids(f[1:])}}}" for f in found)
        cited = " ".join(ids(f[1:]) for f in found)
        return chat.say(chat.pick(f"Lines: {short} [{cited}].", f"行数:{short} [{cited}]。"), short)
    if mode == "characters":
        short = ", ".join(f"{{{e.id}.value}}" for e in first)
        cited = " ".join(e.id for e in first)
        return chat.say(chat.pick(f"Characters: {short} [{cited}].", f"字数:{short} [{cited}]。"), short)
    return _quote(chat, first)


def _quote(chat: Chat, evidence: list[Evidence]) -> None:
    short = ", ".join(f"{{{e.id}.text}}" for e in evidence)
    cited = " ".join(e.id for e in evidence)
    chat.say(chat.pick(f"It says: {short} [{cited}].", f"上面写着:{short} [{cited}]。"), short)


def field(query: str) -> Plan:
    """A field or an item, by query."""

    def run(chat: Chat, pictures: list[int]) -> None:
        if not chat.offers("read_text"):
            return cannot(chat, pictures)
        typed = query in BY_QUERY and BY_QUERY[query].kind in TYPED
        outcomes = "value value value value value value text none unsure"
        seen = _read(chat, pictures, query, outcomes)
        if seen is None:
            return _failed(chat)
        best = [found[0] for found in seen]
        found = [e for e in best if e.status == "found" and (e.value is not None or not typed)]
        if found and len(pictures) > 1:
            return _values(chat, found)
        if not found:
            doubtful = [e for e in best if e.status != "none"]
            return _unsure(chat, doubtful) if doubtful else _not_found(chat, best[0])
        return _value(chat, found[0])

    return run


def _value(chat: Chat, e: Evidence) -> None:
    if e.value is None:
        return _quote(chat, [e])
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
            return _failed(chat)
        e = seen[0][0]
        if e.status == "unsure":
            return _unsure(chat, [e])
        if e.status == "none":
            answer = chat.pick(
                f"I looked and found no {{{e.id}.label}} [{e.id}].",
                f"我看了,没有找到{{{e.id}.label}} [{e.id}]。",
            )
        else:
            answer = chat.pick(f"It says: {_reference(e)} [{e.id}].", f"上面写着:{_reference(e)} [{e.id}]。")
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
            return _failed(chat)
        best = [found[0] for found in seen]
        cited = " ".join(e.id for e in best)
        if query is None:
            answer = chat.pick(f"By the amount of text: {{{operation} {cited}}} [{cited}].", f"按文字多少比较:{{{operation} {cited}}} [{cited}]。")
            return chat.say(answer, f"{{{operation} {cited}}}")
        if unsure := [e for e in best if e.status == "unsure"]:
            return _unsure(chat, unsure)
        if none := [e for e in best if e.status == "none"]:
            return _not_found(chat, none[0])
        return _values(chat, best, None if operation == "values" else f"{{{operation} {cited}}}")

    return run


# --- kinds and codes -------------------------------------------------------------------------


def kind(name: str | None = None) -> Plan:
    """What product it is; with `name`, whether it is that one."""

    def run(chat: Chat, pictures: list[int]) -> None:
        if not chat.offers("classify_image"):
            return cannot(chat, pictures)
        calls = []
        for number in pictures:
            outcome = chat.rng.choice(["found"] * 7 + ["unsure", "unsure", "none"])
            report = simulate.classify_image(chat.pictures[number - 1], chat.rng, outcome, name)
            arguments: dict[str, Any] = {"picture": f"img_{number}", "region": None, "top_k": 3}
            calls.append(Call("classify_image", arguments, chat.fails() or report))
        seen = chat.call(calls)
        if seen is None:
            return _failed(chat)
        best = [found[0] for found in seen]
        found = [e for e in best if e.status == "found"]
        if not found:
            doubtful = [e for e in best if e.status == "unsure"]
            return _unsure(chat, doubtful) if doubtful else _not_found(chat, best[0])
        labels = ", ".join(f"{{{e.id}.label}}" for e in found)
        cited = " ".join(e.id for e in found)
        short = f"{{has {found[0].id} {name}}}" if name and len(found) == 1 else labels
        return chat.say(chat.pick(f"It looks like {labels} [{cited}].", f"看起来是{labels} [{cited}]。"), short)

    return run


def codes(mode: str) -> Plan:
    """`mode`: content, exists, kind."""

    def run(chat: Chat, pictures: list[int]) -> None:
        if not chat.offers("read_codes"):
            return cannot(chat, pictures)
        calls = []
        for number in pictures:
            outcome = "none" if chat.rng.random() < 0.25 else "found"
            report = simulate.read_codes(chat.pictures[number - 1], chat.rng, outcome)
            arguments = {"picture": f"img_{number}"}
            calls.append(Call("read_codes", arguments, chat.fails() or report))
        seen = chat.call(calls)
        if seen is None:
            return _failed(chat)
        found = [e for report in seen for e in report if e.status == "found"]
        if not found and mode == "exists":
            e = seen[0][0]
            answer = chat.pick(f"I looked and found no {{{e.id}.label}} [{e.id}].", f"我看了,没有找到{{{e.id}.label}} [{e.id}]。")
            return chat.say(answer, f"{{exists {e.id}}}")
        if not found:
            return _not_found(chat, seen[0][0])
        labels = ", ".join(f"{{{e.id}.label}}" for e in found)
        cited = " ".join(e.id for e in found)
        if mode == "kind":
            return chat.say(chat.pick(f"It is {labels} [{cited}].", f"是{labels} [{cited}]。"), labels)
        content = ", ".join(f"{{{e.id}.text}}" for e in found)
        short = f"{{exists {cited}}}" if mode == "exists" else content
        return chat.say(chat.pick(f"The code says: {content} [{cited}].", f"码的内容是:{content} [{cited}]。"), short)

    return run
