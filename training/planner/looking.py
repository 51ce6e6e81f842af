"""Plans for what a photograph shows: direct looks first, an estimate beside or behind them.

Which looks a kind of question is worth is `labelling.rules.TURNS`'; here every outcome of them gets
the answer that it allows.
"""

from __future__ import annotations

from typing import Any

from tools.evidence import Evidence
from training.planner import simulate
from training.planner.chat import Call, Chat
from training.planner.endings import Plan, cannot, failed, not_found, quote
from training.planner.estimating import ESTIMATE, estimated, estimating, or_cannot, or_estimate
from training.planner.labelling.rules import TURNS
from training.planner.labelling.rules import Call as Look
from training.planner.seeing import coloured, counts, listed, look_at

_NEEDS_ESTIMATE = {"seen", "place"}
"""Kinds of turns that mean nothing where nothing estimates."""


def look(kind: str, labels: list[str]) -> Plan:
    """A turn of a kind, about one picture."""

    def run(chat: Chat, pictures: list[int]) -> None:
        known = [label for label in labels if label in chat.labels]
        looks = [x for x in TURNS[kind](known) if chat.offers(x["tool"])]
        is_blind = kind in _NEEDS_ESTIMATE and not chat.offers(ESTIMATE)
        if not looks or is_blind:
            return or_cannot(chat, pictures)
        number = pictures[0]
        seen = chat.call([_taken(chat, number, x) for x in looks])
        if seen is None:
            return failed(chat)
        found = {x["tool"]: evidence for x, evidence in zip(looks, seen, strict=True)}
        return _END[kind](chat, number, found)

    return run


def _taken(chat: Chat, number: int, look: Look) -> Call:
    """A look with what its tool will report."""
    tool, ref, rng = look["tool"], chat.pictures[number - 1], chat.rng
    arguments: dict[str, Any] = {"picture": ref.id, "region": None}
    if tool == ESTIMATE:
        return estimating(chat, number)
    if tool == "detect_objects":
        arguments = {"picture": ref.id, "labels": look["labels"], "region": None}
        report = simulate.detect_objects(ref, rng, look["labels"], counts(chat, look["labels"]))
    elif tool == "read_text":
        arguments = {"picture": ref.id, "query": None, "region": None}
        report = simulate.read_text(ref, rng, None, rng.choice(["text", "text", "text", "none"]))
    elif tool == "classify_image":
        arguments |= {"top_k": 3}
        outcome = rng.choice(["found", "found", "found", "unsure", "none"])
        report = simulate.classify_image(ref, rng, outcome)
    else:
        report = simulate.describe_colors(ref, rng)
    return Call(tool, arguments, chat.fails() or report)


Found = dict[str, list[Evidence]]


def _seen(chat: Chat, _number: int, found: Found) -> None:
    """The estimate, unless nothing that the question names is there."""
    things = found.get("detect_objects", [])
    if things and all(e.status == "none" for e in things) and things[0].label != "object":
        return not_found(chat, things[0])
    return estimated(chat, found[ESTIMATE])


def _colour(chat: Chat, number: int, found: Found) -> None:
    (first, *_) = found["detect_objects"]
    if first.status == "none":
        return not_found(chat, first)
    if first.status == "unsure" or not chat.offers("describe_colors"):
        return or_estimate(chat, number, first)
    return look_at(chat, number, [first.id], "color")


def _kind(chat: Chat, number: int, found: Found) -> None:
    """Of a thing that is there, its region is classified."""
    (first, *_) = found["detect_objects"]
    if first.status == "none":
        return not_found(chat, first)
    if not chat.offers("classify_image"):
        return or_estimate(chat, number, first)
    return classify(chat, number, first.id if first.status == "found" else None)


def classify(chat: Chat, number: int, region: str | None) -> None:
    """What kind it is that a region shows."""
    call = _taken(chat, number, {"tool": "classify_image"})
    call.arguments["region"] = region
    seen = chat.call([call])
    return failed(chat) if seen is None else _classified(chat, number, {"classify_image": seen[0]})


def _classified(chat: Chat, number: int, found: Found) -> None:
    if "classify_image" not in found:
        return _kind(chat, number, found)
    (best, *_) = found["classify_image"]
    if best.status != "found":
        return or_estimate(chat, number, best)
    return chat.say(
        chat.pick(
            f"It looks like {{{best.id}.label}} [{best.id}].",
            f"看起来是{{{best.id}.label}} [{best.id}]。",
        ),
        f"{{{best.id}.label}}",
    )


def _text(chat: Chat, number: int, found: Found) -> None:
    """What the thing's own region says, where it is there; else what the picture says."""
    things, read = found.get("detect_objects", []), found.get("read_text", [])
    if not read:
        return cannot(chat, [number])
    if read[0].status == "none":
        return not_found(chat, read[0])
    if not things or things[0].status != "found":
        return quote(chat, read[:1])
    return look_at(chat, number, [things[0].id], "text")


def _brand(chat: Chat, number: int, found: Found) -> None:
    """The estimate, where it is sure; else what is written there."""
    guessed = found.get(ESTIMATE)
    if guessed and guessed[0].status == "found":
        return estimated(chat, guessed)
    return _text(chat, number, found)


def _everything(chat: Chat, _number: int, found: Found) -> None:
    return listed(chat, found["detect_objects"])


def _colours(chat: Chat, _number: int, found: Found) -> None:
    return coloured(chat, found["describe_colors"])


_END = {
    "seen": _seen, "place": _seen, "colour": _colour, "kind": _kind, "classify": _classified,
    "text": _text, "brand": _brand, "everything": _everything, "colours": _colours,
}  # fmt: skip
