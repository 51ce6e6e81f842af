"""Narrows what a planner is offered and may write to what this conversation holds.

A small model's slips are mostly slips of copying. So code links the words of the question to labels
that the tools know, and only these are offered; and the grammar takes from the conversation what
can only come from there: pictures that are listed, regions and references of evidence that was
reported (and only fields that it has), queries that are a known field or words of the question.
Which part of a picture a colour is asked of stands in the question too, and so does what an
estimate is asked: these arguments the planner neither sees nor writes, code fills them in; and what
colour a drawn thing has, which no label names, begins with the one tool that can tell. It decides
nothing else; the grammar itself is `agent.planners.builtin.grammar`'s.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from itertools import islice, takewhile
from typing import Any

from agent.grounding.ledger import MAX_LINES
from agent.planners.conversation import Turn, questions, reported
from tools.evidence import Evidence
from tools.words.colour_questions import (
    asks_colour_of_drawing,
    asks_colours_of_picture,
    part_asked_of,
)
from tools.words.labels import CLASSES, GROUPS
from tools.words.questions import groups_sought, mentioned

FIELD_QUERIES = (
    "total", "subtotal", "tax", "discount", "service charge", "rounding", "tip", "cash", "change",
    "price", "date", "time", "due date", "expiry date", "production date", "company", "address",
    "phone", "fax", "email", "url", "invoice number", "order number", "receipt number",
    "table number", "account number", "cashier", "customer", "quantity", "name", "title", "weight",
    "ingredients", "payment method",
)  # fmt: skip
"""The fields that the built-in planner asks for by one name, whatever the question calls them."""
MAX_WORDS = 8
MAX_HAN = 12
"""The longest query that is copied from a question, in words or in Chinese characters."""

_COLOURS = "describe_colors"
_FILLED_IN = {_COLOURS: "part", "answer_by_fusion": "question"}
"""Tools, and which of their arguments the question holds."""

REMEMBERED = 2
"""Questions whose labels may be meant: this one, and the one before."""

Schema = dict[str, Any]
Calls = list[tuple[str, dict[str, Any]]]

_WORD = re.compile(r"[\u3400-\u9fff]|[^\s\u3400-\u9fff]+")
_EDGE = " \t.,;:!?\"'()[]{}«»“”‘’。,;:!?、()【】《》「」"
_OPERATIONS = ("count", "list", "exists", "sum", "difference", "same", "most", "least")


def link_labels(tools: Iterable[Schema], messages: list[Turn]) -> list[Schema]:
    """The tools (OpenAI form) with `labels` narrowed to those that the question speaks of.

    Where it speaks of none, to those of the question before it (a short follow-up); with none at
    all the list can only be empty, which asks for everything that the tool knows. Who asks for a
    group ("which animals?") does not ask for everything: then all that is spoken of is looked for.
    """
    asked = [turn["question"] for turn in islice(questions(messages), REMEMBERED)]
    return [_linked(tool, asked) for tool in tools]


def first_look(linked: Iterable[Schema], messages: list[Turn]) -> list[Schema]:
    """The tools (linked) one of which has to be called now; none where the planner is free.

    Whether there is fruit, or how much, is seen by who looks for labels, not by who names a product
    or reads. A small model that never met the group's word mistakes one for the other.
    """
    question = _question(messages)
    if not groups_sought(question) or _has_looked(messages):
        return []
    return [tool for tool in linked if _looks_for_group(tool)]


def _looks_for_group(tool: Schema) -> bool:
    properties = (tool["function"].get("parameters") or {}).get("properties") or {}
    return "prefixItems" in properties.get("labels", {})


def _has_looked(messages: list[Turn]) -> bool:
    """Whether a tool has reported since the last question."""
    since = takewhile(lambda turn: "question" not in turn, reversed(messages))
    return any(message["role"] == "tool" for message in since)


def _linked(tool: Schema, asked: list[str]) -> Schema:
    function = tool["function"]
    parameters = function.get("parameters") or {}
    rule = (parameters.get("properties") or {}).get("labels")
    if not rule or rule.get("type") != "array":
        return tool
    known = rule["items"].get("enum") or (*CLASSES, *GROUPS)
    found = next(filter(None, (mentioned(question, known) for question in asked)), [])
    items = {"type": "string"} | ({"enum": found} if found else {})
    linked = {"type": "array", "items": items, "maxItems": len(found)}
    if any(label in GROUPS for label in found):
        linked |= {"minItems": len(found), "prefixItems": [{"const": label} for label in found]}
    properties = parameters["properties"] | {"labels": linked}
    return tool | {"function": function | {"parameters": parameters | {"properties": properties}}}


def first_call(tools: Iterable[Schema], messages: list[Turn]) -> str | None:
    """The tool that an unanswered question must begin with; None where the planner chooses.

    "What colour is the logo?", or the background, names nothing that a detector knows, so that a
    planner trained on labels may see no way; `describe_colors` tells the thing from a plain ground.
    """
    question = _question(messages)
    offered = any(tool["function"]["name"] == _COLOURS for tool in tools)
    is_new = bool(messages) and "question" in messages[-1]
    asks = asks_colour_of_drawing(question) or asks_colours_of_picture(question)
    asks = asks and not mentioned(question, CLASSES)
    return _COLOURS if offered and is_new and asks else None


def fill_in(calls: Calls, tools: Iterable[Schema], messages: list[Turn]) -> Calls:
    """The calls that a planner wrote, with what of their arguments the question holds."""
    known = {tool["function"]["name"]: tool["function"].get("parameters") or {} for tool in tools}
    question = _question(messages)
    held = {"part": part_asked_of(question), "question": question}

    def whole(name: str, arguments: dict[str, Any]) -> dict[str, Any]:
        filled_in = _FILLED_IN.get(name)
        if filled_in is None or filled_in not in known.get(name, {}).get("properties", {}):
            return arguments
        return arguments | {filled_in: held[filled_in]}

    return [(name, whole(name, arguments)) for name, arguments in calls]


def as_planned(messages: list[Turn]) -> list[Turn]:
    """The conversation as its planner planned it: calls without what `fill_in` added."""

    def planned(call: dict[str, Any]) -> dict[str, Any]:
        function = call["function"]
        filled_in = _FILLED_IN.get(function["name"])
        kept = {name: v for name, v in function["arguments"].items() if name != filled_in}
        return call | {"function": function | {"arguments": kept}}

    return [
        message | {"tool_calls": [planned(call) for call in message["tool_calls"]]}
        if message.get("tool_calls")
        else message
        for message in messages
    ]


def narrow_tools(tools: Iterable[Schema], messages: list[Turn]) -> list[Schema]:
    """The offered tools (OpenAI form) with `picture`, `region` and `query` narrowed.

    Without what `fill_in` adds.
    """
    present: Turn = next(questions(messages), {"question": "", "pictures": []})
    choices: dict[str, list[str | None]] = {
        "picture": present["pictures"],
        "region": [*(e.id for e in _shown(messages) if _has_place(e)), None],
        "query": [*dict.fromkeys([*FIELD_QUERIES, *_spans(present["question"])]), None],
    }
    return [_narrowed(_planned(tool), choices) for tool in tools]


def narrow_answer(schema: Schema, messages: list[Turn]) -> Schema | str:
    """The answer's grammar as EBNF: strings hold text, references to evidence and citations.

    The schema itself where it holds anything but strings.
    """
    properties = schema.get("properties", {})
    if not properties or any(p.get("type") != "string" for p in properties.values()):
        return schema
    parts = []
    for index, (name, rule) in enumerate(properties.items()):
        options = " | ".join(
            _literal(json.dumps(o, ensure_ascii=False)) for o in rule.get("enum", ())
        )
        value = f"({options})" if options else '"\\"" text "\\""'
        parts.append(_literal(("{" if not index else ", ") + json.dumps(name) + ": ") + " " + value)
    return "root ::= " + " ".join(parts) + ' "}"\n' + _text_rules(list(_shown(messages)))


def _planned(tool: Schema) -> Schema:
    function = tool["function"]
    parameters = function.get("parameters") or {}
    filled_in = _FILLED_IN.get(function["name"])
    if filled_in not in parameters.get("properties", {}):
        return tool
    kept = {name: rule for name, rule in parameters["properties"].items() if name != filled_in}
    required = [name for name in parameters.get("required", ()) if name != filled_in]
    changed = parameters | {"properties": kept, "required": required}
    return tool | {"function": function | {"parameters": changed}}


def _narrowed(tool: Schema, choices: dict[str, list[str | None]]) -> Schema:
    function = tool["function"]
    parameters = function.get("parameters") or {}
    properties = parameters.get("properties") or {}
    narrowed = {
        name: {"enum": choices[name]} if choices.get(name) and _is_text(rule) else rule
        for name, rule in properties.items()
    }
    return tool | {"function": function | {"parameters": parameters | {"properties": narrowed}}}


def _is_text(rule: Schema) -> bool:
    kinds = [option.get("type") for option in rule.get("anyOf", [rule])]
    return "string" in kinds and set(kinds) <= {"string", "null"}


def _question(messages: list[Turn]) -> str:
    """The present question."""
    return str(next(questions(messages), {"question": ""})["question"])


def _spans(question: str) -> Iterator[str]:
    """Runs of words of the question, without the punctuation around them."""
    words = list(_WORD.finditer(question))
    for start, first in enumerate(words):
        most = MAX_HAN if first[0] >= "\u3400" else MAX_WORDS
        for last in words[start : start + most]:
            whole = question[first.start() : last.end()]
            for span in (whole.strip(_EDGE), whole.strip(_EDGE.replace(")", ""))):
                if span and span.isprintable() and "\\" not in span:
                    yield span


def _shown(messages: list[Turn]) -> Iterator[Evidence]:
    """All evidence that the planner got to read of (`agent.grounding.ledger.render_report`)."""
    return (e for report in reported(messages) for e in report[:MAX_LINES])


def _has_place(evidence: Evidence) -> bool:
    return evidence.box_xyxy is not None and evidence.status != "none"


def _fields(evidence: Evidence) -> list[str]:
    """What may be referred to, as far as the planner read that it is there."""
    fields = []
    if evidence.status != "none":
        is_single = evidence.status == "found" and evidence.group is None
        if evidence.member is not None or (is_single and evidence.value is not None):
            fields.append("value")
        if evidence.text is not None:
            fields.append("text")
    if evidence.kind == "direct":
        fields.append("label")
    return [*fields, "picture"]


def _text_rules(evidence: list[Evidence]) -> str:
    character = r'[^"\\{}\[\]\0-\x1f] | "\\" ["\\/bfnrt]'
    if not evidence:
        return f"text ::= ({character})*\n"
    ids = " | ".join(_literal(e.id) for e in evidence)
    fields = " | ".join(_literal(f"{e.id}.{field}") for e in evidence for field in _fields(e))
    operations = " | ".join(_literal(name) for name in _OPERATIONS)
    return (
        f"text ::= ({character} | reference | citation)*\n"
        'reference ::= "{" (field | operation (" " range)+ | "has" (" " range)+ " " word) "}"\n'
        'citation ::= "[" range (" " range)* "]"\n'
        f"field ::= {fields}\n"
        f"operation ::= {operations}\n"
        'range ::= id | id "-" id\n'
        f"id ::= {ids}\n"
        r'word ::= [^"\\{}\[\]\0-\x1f]+' + "\n"
    )


def _literal(text: str) -> str:
    """Text as an EBNF string."""
    return json.dumps(text, ensure_ascii=False)
