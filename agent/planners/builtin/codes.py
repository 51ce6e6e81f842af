"""Plans questions about codes, of which the built-in weights tell no kinds apart.

Who asks for the QR code, or for the number of bar codes, is answered from the codes of that kind
alone. Of every other question it says nothing, and the weights plan it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Literal

from langchain_core.messages import BaseMessage

from agent.grounding.question_parts import Part, parts_of
from agent.grounding.relevance import asked_code, code_kind
from agent.grounding.wording import language_of
from agent.planners.builtin.kinds import Call, Report, Turn, abstain, reports, said
from agent.planners.conversation import pictures_of, present_question
from tools.evidence import Evidence

READ = "read_codes"
Form = Literal["content", "count", "exists", "formats"]

_EXISTS = re.compile(
    r"^\W*(?:(?:is|are) there|any|(?:do|can) you (?:see|find)|does it have|is it possible to see)\b"
    r"|有.*码[吗么]|有没有",
    re.IGNORECASE,
)
_COUNTED = re.compile(r"how many (?:\w+ )?(?:bar ?)?codes?\b|[几多].*码", re.IGNORECASE)
_FORMATS = re.compile(
    r"\b(?:kind|type|sort|format)s? of\b|什么(?:类型|种类|格式)|哪种", re.IGNORECASE
)
_CODE = re.compile(r"\b(?:qr|bar ?codes?|codes?|ean|upc)\b|(?<![号密数代邮价编])码", re.IGNORECASE)
_OTHER_CODE = re.compile(
    r"\b(?:post|zip|area|country|dress|promo|discount|pin|source|colou?r)", re.I
)


def next_turn(messages: Sequence[BaseMessage], tools: Sequence[dict[str, Any]]) -> Turn | None:
    """What to do next for a question about codes; None: let the weights plan."""
    present = present_question(messages)
    if present is None:
        return None
    at, question = present
    (part, *more) = parts_of(question, language_of(question))
    form = form_of(part)
    offered = any(tool["function"]["name"] == READ for tool in tools)
    seen = [r for r in reports(messages[at + 1 :]) if r.name == READ]
    if more or form is None or not (offered or seen):
        return None
    if any(m.type == "human" for m in messages[at + 1 :]):  # the check refused the answer
        return abstain("unsure")
    if not seen:
        calls: list[Call] = [(READ, {"picture": picture}) for picture in pictures_of(messages[at])]
        return Turn(tuple(calls))
    return _answer(part, form, seen, is_zh=language_of(question) == "zh")


def form_of(part: Part) -> Form | None:
    """How a question asks about codes; None where it does not, or in another way."""
    if not _CODE.search(part.text) or _OTHER_CODE.search(part.text) or part.of_several:
        return None
    if part.kind == "count":
        return (
            "count"
            if re.search(r"how many (?:\w+ )?(?:bar ?)?codes?\b|几.*码|多少.*码", part.text, re.I)
            else None
        )
    if part.kind == "yes/no":
        return "exists" if _EXISTS.search(part.text) else None
    if _FORMATS.search(part.text):
        return "formats"
    return "content" if part.kind == "open" else None


def _answer(part: Part, form: Form, seen: list[Report], *, is_zh: bool) -> Turn:
    if any(report.evidence is None for report in seen):
        return abstain("could_not_look")
    everything = [e for report in seen for e in report.evidence or ()]
    found = [e for e in everything if e.status == "found"]
    kind = asked_code(part)
    wanted = [e for e in found if kind is None or code_kind(e) == kind]
    if not found and form in ("exists", "count"):
        return _none(everything, form, is_zh=is_zh)
    if not wanted:
        return abstain("not_found")
    return _given(form, wanted, several=len(seen) > 1, is_zh=is_zh)


def _given(form: Form, wanted: list[Evidence], *, several: bool, is_zh: bool) -> Turn:
    """The answer from the codes that were asked for, of one picture or of `several`."""
    ids = " ".join(e.id for e in wanted)
    texts = ", ".join(f"{{{e.id}.text}}" for e in wanted)
    labels = ", ".join(f"{{{e.id}.label}}" for e in wanted)
    begin, given, short = {
        "count": (("I count", "数量:"), f"{{count {ids}}}", f"{{count {ids}}}"),
        "exists": (("I see", "图中有"), f"{{list {ids}}}", f"{{exists {ids}}}"),
        "formats": (("It is", "是"), labels, labels),
        "content": (("The code says:", "码的内容是:"), texts, texts),
    }[form]
    if form == "content" and several:
        begin, given = ("", ""), _by_picture(wanted)
    if is_zh:
        return said(f"{begin[1]}{given} [{ids}]。", short)
    return said(f"{begin[0]} {given} [{ids}].".strip(), short)


def _by_picture(evidence: list[Evidence]) -> str:
    return ", ".join(f"{{{e.id}.picture}}: {{{e.id}.text}}" for e in evidence)


def _none(everything: list[Evidence], form: Form, *, is_zh: bool) -> Turn:
    """No code in any picture."""
    ids = " ".join(e.id for e in everything)
    label = f"{{{everything[0].id}.label}}"
    sentence = f"没有找到{label} [{ids}]。" if is_zh else f"I looked and found no {label} [{ids}]."
    return said(sentence, f"{{{form} {ids}}}")
