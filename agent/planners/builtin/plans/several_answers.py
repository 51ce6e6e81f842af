"""One answer from those of several pictures: what was found, and in which of them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Self

from agent.answer import Language
from agent.planners.builtin.plans.several_questions import Form
from tools.evidence import Evidence

MUCH_LESS_SURE = 0.75
"""Of the score of the surest page: below this, the value of another one is left out."""
_ID = re.compile(r"\be(\d+)(?:\s*[-–]\s*e(\d+))?")
_FIELD = re.compile(r"\{(e\d+)\.(?:value|text|label)\}")
_COUNT = re.compile(r"\{(?:count|list|exists) (?P<ids>[^{}]*)\}")


@dataclass(frozen=True)
class PictureAnswer:
    """The draft of one picture, and the evidence that it uses."""

    picture: str
    abstain: str
    short: str
    text: str
    used: tuple[Evidence, ...]
    told_by: tuple[Evidence, ...] = ()
    """The text that tells that this picture is meant."""

    @classmethod
    def read(
        cls,
        picture: str,
        draft: str,
        seen: Iterable[Evidence],
        told_by: tuple[Evidence, ...] = (),
    ) -> Self:
        """Of the JSON of a draft."""
        data = json.loads(draft)
        ids = _ids(f"{data['answer']} {data['short_answer']}")
        used = tuple(e for e in seen if e.id in ids)
        text = _cited(data["answer"], [*used, *told_by]) if told_by else data["answer"]
        return cls(picture, data["abstain"], data["short_answer"], text, used, told_by)

    @property
    def found(self) -> list[Evidence]:
        """What it rests on that was found."""
        return [e for e in self.used if e.status == "found"]

    @property
    def is_found(self) -> bool:
        """Whether it is an answer that rests on something, not on nothing being there."""
        return self.abstain == "no" and bool(self.found)

    @property
    def is_none(self) -> bool:
        """Whether it says that there is none."""
        return self.abstain == "no" and not self.found and bool(self.used)

    @property
    def field(self) -> Evidence | None:
        """The one piece of evidence that is the answer, where there is one."""
        match = _FIELD.fullmatch(self.short)
        return next((e for e in self.found if match and e.id == match[1]), None)


def joined(form: Form, answers: Sequence[PictureAnswer], language: Language) -> str:
    """The JSON of one draft."""
    found = [answer for answer in answers if answer.is_found]
    if incomplete := [answer for answer in answers if _is_missing(answer, form)]:
        return _abstain(incomplete)
    if not found:
        return _nothing(answers)
    says = _Sentences(language)
    told: dict[Form, Callable[[], str]] = {
        "each": partial(says.each, _surest(found)),
        "sum": partial(says.sum_of, found),
        "most": partial(says.extreme, form, answers),
        "least": partial(says.extreme, form, answers),
        "which": partial(says.which, _surest(found)),
        "count": partial(says.count, [answer for answer in answers if answer.used]),
        "exists": partial(says.exists, found),
        "every": partial(says.every, answers),
    }
    return told[form]()


def _is_missing(answer: PictureAnswer, form: Form) -> bool:
    """Whether an answer about all pictures cannot be given, because this one has none."""
    if form == "sum":
        return answer.field is None
    if form == "count":
        return answer.abstain in ("unsure", "could_not_look")
    return form in ("most", "least", "every") and not answer.used


def _surest(found: Sequence[PictureAnswer]) -> list[PictureAnswer]:
    """Without what a page of a file only seems to say where another one says it plainly."""
    best: dict[int, float] = {}
    for e in (a.field for a in found):
        if e is not None:
            best[e.picture.number] = max(e.score, best.get(e.picture.number, 0.0))
    return [
        a
        for a in found
        if (e := a.field) is None or e.score >= MUCH_LESS_SURE * best[e.picture.number]
    ]


def _nothing(answers: Sequence[PictureAnswer]) -> str:
    """Where none has it: that none has it, if all say so, else why it cannot be told."""
    none = [answer for answer in answers if answer.is_none]
    if len(none) < len(answers):
        return _abstain([a for a in answers if a.abstain != "no"])
    evidence = [e for answer in none for e in answer.used]
    first = none[0]
    text = _cited(first.text, evidence)
    match = _COUNT.fullmatch(first.short)
    short = first.short.replace(match["ids"], _spread(evidence)) if match else first.short
    return _draft(text, short)


def _abstain(answers: Sequence[PictureAnswer]) -> str:
    """The weightiest reason of those that have no answer."""
    reasons = {answer.abstain for answer in answers}
    order = ("unsure", "could_not_look", "not_found")
    why = next((reason for reason in order if reason in reasons), "not_found")
    return json.dumps({"abstain": why, "short_answer": "", "answer": ""})


@dataclass(frozen=True)
class _Sentences:
    """The answers in words, by reference."""

    language: Language

    def each(self, found: Sequence[PictureAnswer]) -> str:
        """What was found in each; the same thing said by several is told once."""
        distinct = _distinct(found)
        if len(distinct) == 1:
            evidence = [e for a in found for e in a.found]
            same = _cited(distinct[0].text, evidence) if len(found) > 1 else distinct[0].text
            return _draft(same, distinct[0].short)
        if all(a.field is not None for a in distinct):
            return self._by_picture(distinct, ", ".join(a.short for a in distinct))
        text = (" " if self.language == "en" else "").join(a.text for a in distinct)
        return _draft(text, "; ".join(a.short for a in distinct if a.short))

    def sum_of(self, found: Sequence[PictureAnswer]) -> str:
        """All the amounts, and each."""
        operation = f"{{sum {_spread(a.field for a in found if a.field is not None)}}}"
        return self._with_parts("Together it is", "一共是", operation, found)

    def extreme(self, form: str, answers: Sequence[PictureAnswer]) -> str:
        """The picture with the most or the least, and what each has."""
        operation = f"{{{form} {' '.join(_spread(a.used) for a in answers)}}}"
        return self._with_parts("It is", "是", operation, answers)

    def which(self, found: Sequence[PictureAnswer]) -> str:
        return self._by_picture(found, ", ".join(f"{{{a.found[0].id}.picture}}" for a in found))

    def count(self, answers: Sequence[PictureAnswer]) -> str:
        """All of them together; of an animation, whose frames show the same, the fullest frame."""
        if all(e.picture.unit == "frame" for a in answers for e in a.used):
            fullest = max(answers, key=lambda a: len(a.found))
            return _draft(fullest.text, fullest.short)
        counts = [_COUNT.fullmatch(a.short) for a in answers]
        if not all(counts):
            return self.each([a for a in answers if a.is_found])
        ids = _spread(e for a in answers for e in a.used)
        return self._with_parts("I see", "共有", f"{{list {ids}}}", answers, f"{{count {ids}}}")

    def exists(self, found: Sequence[PictureAnswer]) -> str:
        literal = {a.short for a in found if "{" not in a.short}
        short = f"{{exists {_spread(e for a in found for e in a.found)}}}"
        text = (" " if self.language == "en" else "").join(a.text for a in found)
        return _draft(text, literal.pop() if len(literal) == 1 else short)

    def every(self, answers: Sequence[PictureAnswer]) -> str:
        short = answers[0].short if all(a.is_found for a in answers) else ""
        return self._by_picture(answers, short)

    def _by_picture(self, answers: Sequence[PictureAnswer], short: str) -> str:
        """ "Picture 1: 2 dogs, picture 3: no dogs." """
        listed = self._listed((f"{{{a.used[0].id}.picture}}", _shown(a)) for a in answers)
        ids = _spread(e for a in answers for e in a.used)
        return _draft(f"{listed} [{ids}]{'.' if self.language == 'en' else '。'}", short)

    def _with_parts(
        self,
        english: str,
        chinese: str,
        operation: str,
        answers: Sequence[PictureAnswer],
        short: str = "",
    ) -> str:
        """ "Together it is 45.00 (picture 1: 30.00, picture 2: 15.00)." """
        listed = self._listed((f"{{{a.used[0].id}.picture}}", _shown(a)) for a in answers)
        ids = _spread(e for a in answers for e in a.used)
        if self.language == "zh":
            return _draft(f"{chinese}{operation}({listed}) [{ids}]。", short or operation)
        return _draft(f"{english} {operation} ({listed}) [{ids}].", short or operation)

    def _listed(self, pairs: Iterable[tuple[str, str]]) -> str:
        return ", ".join(f"{picture}: {what}" for picture, what in pairs)


def _shown(answer: PictureAnswer) -> str:
    """What a picture has, by reference."""
    if answer.field is not None:
        return answer.short
    first = answer.used[0]
    if first.group is None and first.status == "found" and first.text is not None:
        return f"{{{first.id}.text}}"
    return f"{{list {_spread(answer.used)}}}"


def _distinct(found: Sequence[PictureAnswer]) -> list[PictureAnswer]:
    """Those that say something else than those before."""
    kept: dict[object, PictureAnswer] = {}
    for answer in found:
        e = answer.field
        key = answer.picture if e is None else (_content(e), e.currency)
        kept.setdefault(key, answer)
    return list(kept.values())


def _content(evidence: Evidence) -> str:
    """What it says; of a whole text the value is only its length."""
    is_value = evidence.value is not None and evidence.value_type != "characters"
    return str(evidence.value if is_value else evidence.text).casefold()


def _cited(text: str, evidence: Sequence[Evidence]) -> str:
    """A sentence that cites all of this evidence."""
    return re.sub(r"\[[^\]]*\]", f"[{_spread(evidence)}]", text, count=1)


def _spread(evidence: Iterable[Evidence]) -> str:
    return " ".join(dict.fromkeys(e.id for e in evidence))


def _ids(text: str) -> set[str]:
    """All ids of evidence that a template names, ranges included."""
    ids: set[str] = set()
    for first, last in _ID.findall(text):
        ids |= {f"e{n}" for n in range(int(first), int(last or first) + 1)}
    return ids


def _draft(text: str, short: str) -> str:
    draft = {"abstain": "no", "short_answer": short, "answer": text}
    return json.dumps(draft, ensure_ascii=False)
