"""Plans questions about kinds, which the built-in weights were not taught.

A question of `plans.kind_questions` goes three steps: the detector looks for the
thing, the classifier at its box (or at all), and the answer is written by reference; the evidence
check judges it like any other. Of every other question it says nothing, and the weights plan it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolMessage

from agent.grounding.wording import language_of
from agent.planners.builtin.plans.kind_questions import KindQuestion, kind_question
from agent.planners.builtin.plans.kind_sentences import Sentences
from agent.planners.conversation import pictures_of, present_question
from tools.evidence import Evidence
from tools.words.groups import members_of
from tools.words.kinds import Kind, standard

DETECT, CLASSIFY = "detect_objects", "classify_image"
TOP_K = 3
PERHAPS = 0.2
"""The least score of a candidate that is worth a "perhaps"."""
LARGER = 2.0
"""The thing that is meant has so many times the area of the largest box of another kind."""

Schema = dict[str, Any]
Call = tuple[str, dict[str, Any]]


@dataclass(frozen=True)
class Turn:
    """What comes next: calls, or the answer as JSON."""

    calls: tuple[Call, ...] = ()
    text: str = ""


@dataclass(frozen=True)
class Report:
    """What came of one call; None where it failed."""

    name: str
    arguments: dict[str, Any]
    evidence: list[Evidence] | None


@dataclass(frozen=True)
class _State:
    """A question about kinds, its picture, the tools, and what they reported so far."""

    question: KindQuestion
    picture: str
    offered: dict[str, Schema]
    language: Literal["en", "zh"]
    reports: list[Report] = field(default_factory=list)

    def of(self, tool: str) -> list[Report]:
        return [report for report in self.reports if report.name == tool]


def without_kinds(tools: Sequence[Schema]) -> list[Schema]:
    """The tools (OpenAI form) as the weights were taught them: `classify_image` without `kinds`."""
    return [
        _without_kinds(tool) if tool["function"]["name"] == CLASSIFY else tool for tool in tools
    ]


def next_turn(messages: Sequence[BaseMessage], tools: Sequence[Schema]) -> Turn | None:
    """What to do next for a question about kinds; None: let the weights plan."""
    present = present_question(messages)
    if present is None:
        return None
    at, text = present
    after = messages[at + 1 :]
    question = kind_question(text)
    pictures = pictures_of(messages[at])
    seen = reports(after)
    offered = {tool["function"]["name"]: tool["function"]["parameters"] for tool in tools}
    is_able = "kinds" in offered.get(CLASSIFY, {}).get("properties", {}) or seen
    if question is None or len(pictures) != 1 or not is_able:
        return None
    state = _State(question, pictures[0], offered, language_of(text), seen)
    if any(isinstance(message, HumanMessage) for message in after):  # the check refused the answer
        return abstain("unsure")
    if not state.of(CLASSIFY) and offered:
        return _look(state)
    return _answer(state)


def _look(state: _State) -> Turn:
    """The detector first where it knows the thing, then the classifier."""
    labels = _labels(state)
    if labels and not state.of(DETECT):
        arguments = {"picture": state.picture, "labels": labels, "region": None}
        return Turn(((DETECT, arguments),))
    box = _meant(_boxes(state))
    region = box.id if box is not None else None
    common = {"picture": state.picture, "region": region, "top_k": TOP_K}
    names = [kind.name for kind in state.question.named]
    if state.question.form in ("what", "product"):
        return Turn(((CLASSIFY, common | {"kinds": None}),))
    return Turn(((CLASSIFY, common | {"kinds": names}), (CLASSIFY, common | {"kinds": None})))


def _labels(state: _State) -> list[str]:
    """The detector's labels that are of the kinds that are asked about, or of the subject."""
    rule = state.offered.get(DETECT, {}).get("properties", {}).get("labels", {})
    known = rule.get("items", {}).get("enum", ())
    groups = (state.question.subject,) if state.question.subject else state.question.named
    kinds = {
        label: kind
        for label in known
        if (kind := standard().find(label)) is not None
        and not members_of(label)  # a group's boxes are those of its members once more
        and not _is_namesake(label, kind)
    }
    return [
        label
        for label, kind in kinds.items()
        if any(
            standard().is_a(kind.key, group.key) or standard().is_a(group.key, kind.key)
            for group in groups
            if group is not None
        )
    ]


def _is_namesake(label: str, kind: Kind) -> bool:
    """Whether a detector's label means another thing than the kind: a kite is a toy to it."""
    animal = standard().find("animal")
    assert animal is not None
    return standard().is_a(kind.key, animal.key) and label not in members_of("animal")


def _boxes(state: _State) -> list[Evidence]:
    """What the detector found, the largest first."""
    found = [
        e
        for report in state.of(DETECT)
        for e in report.evidence or ()
        if e.status == "found" and e.box_xyxy is not None
    ]
    return sorted(found, key=_area, reverse=True)


def _meant(boxes: list[Evidence]) -> Evidence | None:
    """The box that is meant: the largest, unless one of another kind is nearly as large."""
    if not boxes:
        return None
    others = [box for box in boxes if box.label != boxes[0].label]
    if others and _area(boxes[0]) < LARGER * _area(others[0]):
        return None
    return boxes[0]


def _answer(state: _State) -> Turn:
    judged = [e for r in state.of(CLASSIFY) if r.arguments.get("kinds") for e in r.evidence or ()]
    named = [
        e for r in state.of(CLASSIFY) if not r.arguments.get("kinds") for e in r.evidence or ()
    ]
    if any(report.evidence is None for report in state.of(CLASSIFY)):
        return abstain("could_not_look")
    subject = state.question.subject
    shown = [box for box in _boxes(state) if subject is not None and _is_a(box, subject)]
    says = Sentences(state.language, _meant(shown))
    if state.question.form == "what":
        return _what(state, named, says)
    if state.question.form == "product":
        return _product(named, says)
    if len(judged) < len(state.question.named):
        return abstain("could_not_look")
    return _whether(state, judged, named, says)


def _what(state: _State, named: list[Evidence], says: Sentences) -> Turn:
    """The deepest kind of the group that one of the two eyes is sure of, unless they disagree."""
    group = state.question.named[0]
    sure = next((e for e in named if e.status == "found"), None)
    box = _meant([b for b in _boxes(state) if _is_a(b, group)])
    if sure is not None and box is not None and not _related(sure, box):
        return said(*says.it_is(box, None)) if _outdoes(box, sure) else abstain("unsure")
    best = _deeper(sure, box)
    if best is None:
        return abstain("unsure")
    if not _is_a(best, group):
        return abstain("unsure" if _is_above(best, group) else "not_found")
    below = _below(named, best)
    if _key(best) == group.key and below is None:
        return abstain("unsure")
    return said(*says.it_is(best, below))


def _deeper(sure: Evidence | None, box: Evidence | None) -> Evidence | None:
    """The more exact one of two that may both be so; what the classifier says, where they agree."""
    if sure is None or box is None:
        return sure or box
    kind = standard().find(sure.label or "")
    return box if kind is not None and _is_a(box, kind) and _key(box) != kind.key else sure


def _outdoes(box: Evidence, sure: Evidence) -> bool:
    """Whether the detector may overrule the classifier: of a kind that the other never saw."""
    key = _key(box)
    return box.score > sure.score and key is not None and not standard().is_seen(key)


def _product(named: list[Evidence], says: Sentences) -> Turn:
    """The grocery, where one is sure; what else it is, is no product of the shop."""
    sure = next((e for e in named if e.status == "found"), None)
    if sure is None:
        return abstain("not_found" if any(e.status == "none" for e in named) else "unsure")
    kind = standard().find(sure.label or "")
    if kind is None:  # a label of the shop's own
        return said(*says.it_is(sure, None))
    above = [standard()[key].name for key in standard().above(kind.key)]
    if above[-1] not in ("food", "fungus"):
        return abstain("not_found")
    return abstain("unsure") if above[0] in _TOO_WIDE else said(*says.it_is(sure, None))


_TOO_WIDE = {"food", "drink", "fruit", "vegetable", "fungus", "bread", "dessert", "squash"}
"""Kinds of food that name no product."""


def _whether(state: _State, judged: list[Evidence], named: list[Evidence], says: Sentences) -> Turn:
    """Yes, no, or which of them; both eyes must agree where both have looked."""
    asked = state.question.named
    pairs = [(kind, e) for kind in asked for e in judged if _key(e) == kind.key]
    boxes = {kind.key: [b for b in _boxes(state) if _is_a(b, kind)] for kind in asked}
    seen = [(kind, e, _meant(boxes[kind.key])) for kind, e in pairs]
    boxed = [pair for pair in seen if pair[2] is not None]
    if len(boxed) > 1 and _meant(_boxes(state)) is None:
        return said(*says.all_of([b for kind, _, _ in boxed for b in boxes[kind.key]]))
    found = [(e, box) for _, e, box in seen if e.status == "found" or _carries(e, box)]
    if len(found) == 1 and not _contradicted(*found[0], state):
        e, box = found[0]
        shown = [x for x in (e if e.status == "found" else None, box) if x is not None]
        return said(*says.yes(shown, one_of_several=len(asked) > 1))
    if not found and all(e.status == "none" for _, e, _ in seen):
        if any(box for _, _, box in seen):
            return abstain("unsure")  # the detector says that it is
        sure = next((e for e in named if e.status == "found"), None)
        return said(*says.no([e for _, e, _ in seen], sure))
    return abstain("unsure")


def _carries(judged: Evidence, box: Evidence | None) -> bool:
    """Whether the detector's box says yes where the classifier is not sure."""
    return box is not None and judged.status == "unsure"


def _contradicted(judged: Evidence, box: Evidence | None, state: _State) -> bool:
    """Whether the detector looked for that very kind and is surer that there is none."""
    absent = [
        e
        for report in state.of(DETECT)
        for e in report.evidence or ()
        if e.status == "none" and _key(e) == _key(judged)
    ]
    return box is None and any(e.score > judged.score for e in absent)


def _below(named: list[Evidence], sure: Evidence) -> Evidence | None:
    """The best unsure candidate that is a kind of the sure one."""
    kind = standard().find(sure.label or "")
    if kind is None:
        return None
    unsure = (e for e in named if e.status == "unsure" and e.score >= PERHAPS)
    return next((e for e in unsure if _is_a(e, kind) and _key(e) != kind.key), None)


def _key(evidence: Evidence) -> str | None:
    kind = standard().find(evidence.label or "")
    return kind.key if kind is not None else None


def _is_a(evidence: Evidence, kind: Kind) -> bool:
    own = _key(evidence)
    return own is not None and standard().is_a(own, kind.key)


def _is_above(evidence: Evidence, kind: Kind) -> bool:
    own = _key(evidence)
    return own is not None and standard().is_a(kind.key, own)


def _related(one: Evidence, other: Evidence) -> bool:
    kind = standard().find(other.label or "")
    return kind is not None and (_is_a(one, kind) or _is_above(one, kind))


def _area(evidence: Evidence) -> float:
    left, top, right, bottom = evidence.box_xyxy or (0, 0, 0, 0)
    return (right - left) * (bottom - top)


def said(answer: str, short_answer: str) -> Turn:
    """The turn that answers."""
    return Turn(text=_draft("no", short_answer, answer))


def abstain(why: str) -> Turn:
    """The turn that does not answer."""
    return Turn(text=_draft(why, "", ""))


def _draft(abstain: str, short_answer: str, answer: str) -> str:
    draft = {"abstain": abstain, "short_answer": short_answer, "answer": answer}
    return json.dumps(draft, ensure_ascii=False)


def reports(messages: Sequence[BaseMessage]) -> list[Report]:
    """What came of the calls in these messages."""
    calls = {c["id"]: c for m in messages if isinstance(m, AIMessage) for c in m.tool_calls}
    return [
        Report(
            calls[m.tool_call_id]["name"],
            calls[m.tool_call_id]["args"],
            None if m.status == "error" or m.artifact is None else list(m.artifact),
        )
        for m in messages
        if isinstance(m, ToolMessage) and m.tool_call_id in calls
    ]


def _without_kinds(tool: Schema) -> Schema:
    function = tool["function"]
    parameters = function.get("parameters") or {}
    properties = {k: v for k, v in (parameters.get("properties") or {}).items() if k != "kinds"}
    required = [name for name in parameters.get("required", ()) if name != "kinds"]
    kept = parameters | {"properties": properties, "required": required}
    return tool | {"function": function | {"parameters": kept}}
