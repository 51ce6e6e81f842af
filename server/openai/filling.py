"""Fills a caller's fields: each is a question, and its value what evidence carries, or null."""

from __future__ import annotations

import json
from collections.abc import Iterable
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from agent.answer import Answer
from agent.events import Answered, Repair, ToolFinished, ToolStarted
from agent.grounding.references import UnresolvedReferenceError, as_number
from agent.grounding.wording import WORDING
from server.engine.engine import Began, Engine
from server.engine.opening import Ask
from server.openai.cutting import Cutter
from server.openai.fields import Field
from server.openai.reply import Citation, Delta, Replies, whole, within
from tools.evidence import Evidence
from tools.reading.numerals import read_number

PLAINLY = {"language": "auto", "length": "normal"}
"""The preferences with which values are asked for: they are read out of the answers."""
_TRUTH = {words[word]: word == "yes" for words in WORDING.values() for word in ("yes", "no")}


async def filled(engine: Engine, ask: Ask, fields: Iterable[Field], cutter: Cutter) -> Replies:
    """Ask for each field, one after the other in one conversation; raises what `Engine.ask` raises.

    The text is the JSON, which comes as a whole.
    """
    form = _Form()
    began: Began | None = None
    plainly = ask.preferences.model_copy(update=PLAINLY)
    asking = replace(ask, preferences=plainly)
    for wanted in fields:
        question = wanted.question(ask.question)
        async with aclosing(engine.ask(replace(asking, question=question))) as events:
            async for event in events:
                match event:
                    case Began():
                        began = event
                    case Answered(answer=answer):
                        form.fill(wanted, question, answer)
                    case ToolStarted() | ToolFinished() | Repair():
                        yield event
                    case _:
                        pass
        if ask.stores and began is not None:  # the first one has shown the pictures
            asking = replace(
                asking, pictures=(), history=(), after=None, conversation=began.conversation
            )
    yield Delta(cutter.feed(form.text()) + cutter.end())
    reply = whole(form.answer(), began if ask.stores else None, cutter)
    yield replace(
        reply,
        citations=within(form.citations(), cutter.text),
        details=(reply.details or {}) | {"fields": form.told()},
    )


@dataclass(frozen=True)
class _Filled:
    field: Field
    question: str
    value: Any
    answer: Answer
    """With its evidence under the ids of the whole form."""
    cited: tuple[Evidence, ...]

    @property
    def told(self) -> dict[str, Any]:
        """What the extension says of it."""
        mistyped = self.value is None and not self.answer.abstained
        return {
            "question": self.question,
            "answer": self.answer.answer,
            "value": self.value,
            "evidence": [evidence.id for evidence in self.cited],
            "confidence": self.answer.confidence,
            "estimated": self.answer.estimated,
            "reason": "wrong_type" if mistyped else self.answer.reason,
        }


@dataclass
class _Form:
    """The fields that were asked for."""

    _filled: list[_Filled] = field(default_factory=list)
    _evidence: dict[str, Evidence] = field(default_factory=dict)

    def fill(self, wanted: Field, question: str, answer: Answer) -> None:
        """Take an answer in."""
        answer = self._renumbered(answer)
        cited_ids = {
            i for claim in answer.claims if claim.status == "supported" for i in claim.evidence
        }
        cited = tuple(e for e in answer.evidence if e.id in cited_ids)
        value = value_of(wanted, answer, cited)
        self._filled.append(_Filled(wanted, question, value, answer, cited))

    def _renumbered(self, answer: Answer) -> Answer:
        """The answer with ids that are new where its own mean something else in another answer."""
        names: dict[str, str] = {}
        for evidence in answer.evidence:
            name = evidence.id
            if self._evidence.get(name, evidence) != evidence:
                name = f"e{max(int(i[1:]) for i in self._evidence) + 1}"
            names[evidence.id] = name
            self._evidence[name] = evidence.model_copy(update={"id": name})
        return answer.model_copy(
            update={
                "evidence": [self._evidence[name] for name in names.values()],
                "claims": [
                    c.model_copy(update={"evidence": [names.get(i, i) for i in c.evidence]})
                    for c in answer.claims
                ],
            }
        )

    def text(self) -> str:
        """The JSON."""
        data: dict[str, Any] = {}
        for one in self._filled:
            place = data
            for name in one.field.path[:-1]:
                place = place.setdefault(name, {})
            place[one.field.path[-1]] = one.value
        return json.dumps(data, ensure_ascii=False)

    def citations(self) -> list[Citation]:
        """Where in the JSON each value stands, once for each evidence that carries it."""
        text, found, position = self.text(), [], 0
        for one in self._filled:
            value = json.dumps(one.value, ensure_ascii=False)
            pair = f"{json.dumps(one.field.path[-1], ensure_ascii=False)}: {value}"
            position = text.index(pair, position) + len(pair)
            if one.value is not None:
                found += [Citation(position - len(value), position, e) for e in one.cited]
        return found

    def told(self) -> dict[str, Any]:
        """Each field by its name, with its evidence."""
        return {one.field.name: one.told for one in self._filled}

    def answer(self) -> Answer:
        """All answers as one."""
        answers = [one.answer for one in self._filled]
        known = [one.answer for one in self._filled if one.value is not None]
        return Answer(
            answer=self.text(),
            short_answer="",
            language=answers[0].language,
            abstained=not known,
            reason=None if known else answers[0].reason,
            confidence=min((answer.confidence for answer in known), default=0.0),
            estimated=any(answer.estimated for answer in known),
            claims=[claim for answer in answers for claim in answer.claims],
            notes=list(dict.fromkeys(note for answer in answers for note in answer.notes)),
            evidence=list(self._evidence.values()),
            tool_calls=[call for answer in answers for call in answer.tool_calls],
            timings_ms=_sums(answer.timings_ms for answer in answers),
            planner=answers[-1].planner,
            usage=_sums(answer.usage for answer in answers),
        )


def _sums(parts: Iterable[dict[str, Any]]) -> dict[str, Any]:
    total: dict[str, Any] = {}
    for part in parts:
        for name, number in part.items():
            total[name] = total.get(name, 0) + number
    return total


def value_of(wanted: Field, answer: Answer, cited: tuple[Evidence, ...]) -> Any:
    """The value that an answer gives to a field; None where evidence carries none of its type."""
    if answer.abstained or not cited:
        return None
    if wanted.is_list:
        values = (_of_evidence(wanted, e) for e in cited if e.status == "found")
        return list(dict.fromkeys(v for v in values if v is not None)) or None
    if wanted.kind == "boolean":
        return _TRUTH.get(answer.short_answer)
    if wanted.kind == "string" or wanted.choices:
        return _chosen(wanted, answer.short_answer or answer.answer)
    number = read_number(answer.short_answer)
    if number is None and len(cited) == 1:
        number = _number(cited[0])
    return _typed(wanted, number)


def _of_evidence(wanted: Field, evidence: Evidence) -> Any:
    """What one finding gives to a list."""
    if wanted.kind in ("number", "integer"):
        return _typed(wanted, _number(evidence))
    said = (evidence.value, evidence.text, evidence.label)
    text = evidence.label if evidence.is_row else next(s for s in said if s is not None)
    return _chosen(wanted, str(text)) if wanted.kind == "string" else None


def _number(evidence: Evidence) -> Decimal | None:
    try:
        return as_number(evidence)
    except UnresolvedReferenceError:
        return None


def _typed(wanted: Field, number: Decimal | None) -> int | float | None:
    if number is None or (wanted.kind == "integer" and number != number.to_integral_value()):
        return None
    return int(number) if wanted.kind == "integer" else float(number)


def _chosen(wanted: Field, text: str) -> Any:
    """The choice that a text is; the text itself where there are no choices."""
    if not wanted.choices:
        return text
    said = text.strip().casefold()
    return next((c for c in wanted.choices if str(c).strip().casefold() == said), None)
