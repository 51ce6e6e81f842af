"""Plans for what is to be seen: objects, colours, kinds of products, codes, text on a thing.

A plan is run on a conversation and some of its pictures, and meets every outcome of the tools:
the calls that a good planner makes, then its answer.
"""

from __future__ import annotations

import random
from typing import Any

from tools.evidence import Evidence
from training.planner import simulate
from training.planner.chat import Call, Chat, ids
from training.planner.endings import Plan, Seen, cannot, failed, not_found, unsure, whole_text
from training.planner.estimating import ESTIMATE, estimate, or_cannot, or_estimate
from training.planner.nouns import GROUPS


def counts(chat: Chat, labels: list[str]) -> dict[str, int | str]:
    """How many there are of each; of what is there, where everything is looked for."""
    if labels:
        return {label: _count(chat.rng) for label in labels}
    known = chat.rng.sample(chat.labels, min(len(chat.labels), chat.rng.randint(1, 6)))
    seen = [label for label in known if label not in GROUPS]
    return {} if chat.rng.random() < 0.08 else {x: chat.rng.randint(1, 5) for x in seen}


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
        ref = chat.pictures[number - 1]
        report = simulate.detect_objects(ref, chat.rng, labels, counts(chat, labels))
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
    """`mode`: count, exists, list; most, least or bigger (of two labels); or where."""

    def run(chat: Chat, pictures: list[int]) -> None:
        offered = [x for x in labels if x in chat.labels]
        if not chat.offers("detect_objects") or (labels and not offered):
            return or_cannot(chat, pictures)
        if mode in {"most", "least", "bigger"} and len(offered) < 2:
            return or_cannot(chat, pictures)
        seen = _detect(chat, pictures, offered)
        if seen is None:
            return failed(chat)
        doubtful = [e for found in seen for e in found if e.status == "unsure"]
        if doubtful and len(seen) == 1:
            return or_estimate(chat, pictures[0], doubtful[0])
        if doubtful:
            return unsure(chat, doubtful)
        if mode in {"bigger", "where"} and chat.offers(ESTIMATE):
            missing = [e for e in seen[0] if e.status == "none"]
            return not_found(chat, missing[0]) if missing else estimate(chat, pictures[0])
        if len(seen) > 1:
            return chat.say(_by_picture(chat, seen), _short(seen, mode))
        return listed(chat, seen[0], mode)

    return run


def listed(chat: Chat, evidence: list[Evidence], mode: str = "list") -> None:
    """What was found in one picture, and what was not."""
    return chat.say(_sentence(chat, evidence), _short([evidence], mode))


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
            return failed(chat)
        if doubtful := [e for found in seen for e in found if e.status == "unsure"]:
            return unsure(chat, doubtful)
        return chat.say(
            _by_picture(chat, seen), f"{{{mode} {' '.join(ids(found) for found in seen)}}}"
        )

    return run


def on_thing(label: str, then: str, color: str | None = None, limit: int = 1) -> Plan:
    """Detect, then look at the region: `then` is color or text."""

    def run(chat: Chat, pictures: list[int]) -> None:
        tool = "describe_colors" if then == "color" else "read_text"
        if not chat.offers("detect_objects", tool, labels=[label]):
            return or_cannot(chat, pictures)
        seen = _detect(chat, pictures[:1], [label])
        if seen is None:
            return failed(chat)
        if seen[0][0].status == "none":
            return not_found(chat, seen[0][0])
        if seen[0][0].status == "unsure":
            return or_estimate(chat, pictures[0], seen[0][0])
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
        return failed(chat) if seen is None else whole_text(chat, seen, "read")
    calls = [
        Call(
            "describe_colors",
            {"picture": ref.id, "region": region},
            chat.fails() or simulate.describe_colors(ref, chat.rng),
        )
        for region in regions
    ]
    seen = chat.call(calls)
    return failed(chat) if seen is None else _coloured(chat, seen, color)


def _coloured(chat: Chat, seen: Seen, color: str | None) -> None:
    short = f"{{has {ids(seen[0])} {color}}}" if color else f"{{{seen[0][0].id}.label}}"
    if len(seen) > 1:
        parts = [f"{{{found[0].id}.label}}" for found in seen]
        cited = " ".join(found[0].id for found in seen)
        answer = chat.pick(
            f"They are {', '.join(parts)} [{cited}].", f"分别是{', '.join(parts)} [{cited}]。"
        )
        return chat.say(answer, short if color else ", ".join(parts))
    first, more = seen[0][0], seen[0][1:]
    if not more:
        answer = chat.pick(
            f"It is {{{first.id}.label}} [{first.id}].", f"是{{{first.id}.label}} [{first.id}]。"
        )
    else:
        cited = f"{first.id} {more[0].id}" if not color else ids(seen[0])
        answer = chat.pick(
            f"It is mostly {{{first.id}.label}}, then {{{more[0].id}.label}} [{cited}].",
            f"主要是{{{first.id}.label}},其次是{{{more[0].id}.label}} [{cited}]。",
        )
    return chat.say(answer, short)


def coloured(chat: Chat, evidence: list[Evidence]) -> None:
    """The colours that were measured in one place."""
    return _coloured(chat, [evidence], None)


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
        return failed(chat) if seen is None else _coloured(chat, seen, color)

    return run


def kind(name: str | None = None) -> Plan:
    """What product it is; with `name`, whether it is that one."""

    def run(chat: Chat, pictures: list[int]) -> None:
        if not chat.offers("classify_image"):
            return or_cannot(chat, pictures)
        calls = []
        for number in pictures:
            outcome = chat.rng.choice(["found"] * 7 + ["unsure", "unsure", "none"])
            report = simulate.classify_image(chat.pictures[number - 1], chat.rng, outcome, name)
            arguments: dict[str, Any] = {"picture": f"img_{number}", "region": None, "top_k": 3}
            calls.append(Call("classify_image", arguments, chat.fails() or report))
        seen = chat.call(calls)
        if seen is None:
            return failed(chat)
        best = [found[0] for found in seen]
        found = [e for e in best if e.status == "found"]
        if not found:
            doubtful = [e for e in best if e.status == "unsure"]
            if len(pictures) == 1:
                return or_estimate(chat, pictures[0], best[0])
            return unsure(chat, doubtful) if doubtful else not_found(chat, best[0])
        labels = ", ".join(f"{{{e.id}.label}}" for e in found)
        cited = " ".join(e.id for e in found)
        short = f"{{has {found[0].id} {name}}}" if name and len(found) == 1 else labels
        return chat.say(
            chat.pick(f"It looks like {labels} [{cited}].", f"看起来是{labels} [{cited}]。"), short
        )

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
            return failed(chat)
        found = [e for report in seen for e in report if e.status == "found"]
        if not found and mode == "exists":
            e = seen[0][0]
            answer = chat.pick(
                f"I looked and found no {{{e.id}.label}} [{e.id}].",
                f"我看了,没有找到{{{e.id}.label}} [{e.id}]。",
            )
            return chat.say(answer, f"{{exists {e.id}}}")
        if not found:
            return not_found(chat, seen[0][0])
        labels = ", ".join(f"{{{e.id}.label}}" for e in found)
        cited = " ".join(e.id for e in found)
        if mode == "kind":
            return chat.say(
                chat.pick(f"It is {labels} [{cited}].", f"是{labels} [{cited}]。"), labels
            )
        content = ", ".join(f"{{{e.id}.text}}" for e in found)
        short = f"{{exists {cited}}}" if mode == "exists" else content
        return chat.say(
            chat.pick(f"The code says: {content} [{cited}].", f"码的内容是:{content} [{cited}]。"),
            short,
        )

    return run
