"""Plans questions about codes, of which the built-in weights tell no kinds apart.

What is asked stands in `plans.code_questions`, how it is said in
`plans.code_sentences`. The codes are read; where captions or printed digits count,
the text as well; then the answer is written from the codes that were asked for. Of every other
question it says nothing, and the weights plan it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from langchain_core.messages import BaseMessage

from agent.answer import Language
from agent.grounding.question_parts import parts_of
from agent.grounding.wording import language_of
from agent.planners.builtin.plans.code_places import below, beside_caption, lies_at, placed
from agent.planners.builtin.plans.code_questions import CodeQuestion, code_question
from agent.planners.builtin.plans.code_sentences import CodeSentences
from agent.planners.builtin.plans.kinds import Call, Report, Turn, abstain, reports, said
from agent.planners.conversation import pictures_of, present_question
from tools.codes.digits import goods_numbers
from tools.codes.payloads import is_link
from tools.evidence import BoxXyxy, Evidence
from tools.words.codes import is_code, is_of_kind

READ, READ_TEXT = "read_codes", "read_text"


@dataclass(frozen=True)
class _Seen:
    """What was read: the codes that were asked for, all codes, their fields, and lines of text."""

    wanted: list[Evidence]
    codes: list[Evidence]
    fields: list[Evidence]
    absent: list[Evidence]
    lines: list[Evidence]
    has_read_text: bool

    @property
    def read(self) -> list[Evidence]:
        """The codes asked for whose content is known."""
        return [code for code in self.wanted if code.text is not None]


def next_turn(messages: Sequence[BaseMessage], tools: Sequence[dict[str, Any]]) -> Turn | None:
    """What to do next for a question about codes; None: let the weights plan."""
    present = present_question(messages)
    if present is None:
        return None
    at, text = present
    (part, *more) = parts_of(text, language_of(text))
    question = code_question(part)
    offered = {tool["function"]["name"] for tool in tools}
    pictures = pictures_of(messages[at])
    looks = reports(messages[at + 1 :])
    has_looked = any(report.name == READ for report in looks)
    if more or question is None or not (READ in offered or has_looked):
        return None
    if any(m.type == "human" for m in messages[at + 1 :]):  # the check refused the answer
        return abstain("unsure")
    if not has_looked:
        return Turn(tuple(_first_calls(question, pictures, can_read=READ_TEXT in offered)))
    if any(report.evidence is None for report in looks):
        return abstain("could_not_look")
    return _seen_turn(question, _seen(question, looks), pictures, offered, language_of(text))


def _seen_turn(
    question: CodeQuestion, seen: _Seen, pictures: list[str], offered: set[str], language: Language
) -> Turn | None:
    """What to do next when the codes were read."""
    if question.fields and not seen.wanted and not seen.lines:
        return None  # a password or a network's name may stand there under another label
    needs_text = _needs_digits(question, seen) or _may_be_named(question, seen)
    if needs_text and READ_TEXT in offered:
        return Turn(tuple(_reads(pictures, None)))
    return _answer(question, seen, CodeSentences(language, several=len(pictures) > 1))


def _first_calls(question: CodeQuestion, pictures: list[str], *, can_read: bool) -> list[Call]:
    calls: list[Call] = [(READ, {"picture": picture}) for picture in pictures]
    if can_read and (question.caption is not None or question.form == "printed"):
        calls += _reads(pictures, None)
    elif can_read:
        calls += [call for query in question.printed_as for call in _reads(pictures, query)]
    return calls


def _reads(pictures: list[str], query: str | None) -> list[Call]:
    return [(READ_TEXT, {"picture": p, "query": query, "region": None}) for p in pictures]


def _seen(question: CodeQuestion, looks: list[Report]) -> _Seen:
    everything = [e for report in looks if report.name == READ for e in report.evidence or ()]
    found = [e for e in everything if e.status == "found"]
    codes = [e for e in found if is_code(e.label or "")]
    text = [e for report in looks if report.name == READ_TEXT for e in report.evidence or ()]
    wanted = [e for e in codes if _is_asked(question, e)]
    if question.form in ("exists", "count"):
        wanted = [e for e in wanted if all(lies_at(e, place) for place in question.places)]
    elif question.caption is None:
        wanted = placed(wanted, question.places)
    places = [_place(code) for code in wanted]
    return _Seen(
        wanted=wanted,
        codes=codes,
        fields=[e for e in found if not is_code(e.label or "") and _place(e) in places],
        absent=[e for e in everything if e.status == "none"],
        lines=[e for e in text if e.status == "found" and e.label != "text"],
        has_read_text=any(report.name == READ_TEXT for report in looks),
    )


def _place(e: Evidence) -> tuple[str, BoxXyxy | None]:
    """Where it is; the fields of a content lie where the code does."""
    return e.picture.id, e.box_xyxy


def _is_asked(question: CodeQuestion, code: Evidence) -> bool:
    loosely = question.form not in ("exists", "count")
    return question.kind is None or is_of_kind(code.label or "", question.kind, loosely=loosely)


def _needs_digits(question: CodeQuestion, seen: _Seen) -> bool:
    """Whether a bar code has to be known by the digits that are printed below it."""
    is_content = question.form == "content" and question.caption is None
    is_known = bool(seen.read) or seen.has_read_text
    return is_content and not is_known and _is_of_bars(question, seen)


def _may_be_named(question: CodeQuestion, seen: _Seen) -> bool:
    """Whether one of several codes may be meant by a caption, which has to be read."""
    return question.named is not None and len(seen.wanted) > 1 and not seen.has_read_text


def _is_of_bars(question: CodeQuestion, seen: _Seen) -> bool:
    """Whether it asks of bar codes, which have their digits printed below."""
    if question.kind is not None:
        return is_of_kind("bar code", question.kind) or question.kind in ("ean", "upc", "isbn")
    return any(is_of_kind(code.label or "", "bar") for code in seen.wanted)


def _answer(question: CodeQuestion, seen: _Seen, says: CodeSentences) -> Turn:
    answers = {"exists": _number, "count": _number, "formats": _kinds, "same": _compared,
               "printed": _printed, "whether": _whether, "content": _contents,
               "other": _unsure}  # fmt: skip
    return answers[question.form](question, seen, says)


def _unsure(_question: CodeQuestion, _seen: _Seen, _says: CodeSentences) -> Turn:
    """Where codes lie to one another, or whether there are more than so many: no tool says that."""
    return abstain("unsure")


def _kinds(_question: CodeQuestion, seen: _Seen, says: CodeSentences) -> Turn:
    return said(*says.kinds(seen.wanted)) if seen.wanted else abstain("not_found")


def _contents(question: CodeQuestion, seen: _Seen, says: CodeSentences) -> Turn:
    """What the codes say, or the fields in them that were asked for."""
    if question.caption is not None:
        return _captioned(question, seen, says)
    if question.fields and (turn := _fields(question, seen, says)) is not None:
        return turn
    pair = beside_caption(seen.wanted, seen.lines, question.named or "", "beside")
    if question.named is not None and pair is not None and pair[0].text is not None:
        return said(*says.contents(pair[:1], [], pair[1:]))
    if seen.read:
        return said(*says.contents(seen.read, [e for e in seen.wanted if e.text is None]))
    if seen.has_read_text:
        return _digits(seen, says)
    return abstain("unsure" if seen.wanted else "not_found")


def _number(question: CodeQuestion, seen: _Seen, says: CodeSentences) -> Turn:
    """How many there are, or whether any; none of the kind that was asked for is said as such."""
    if seen.wanted and question.number is not None:
        truth = len(seen.wanted) == question.number
        return said(says.number(seen.wanted, counts=True)[0], says.yes_no(truth=truth))
    if seen.wanted and question.of_pictures:
        return said(*says.pictures(seen.wanted))
    if seen.wanted:
        return said(*says.number(seen.wanted, counts=question.form == "count"))
    absent = [e for e in seen.absent if _is_absence(question, e)]
    if not absent:
        return abstain("not_found")
    return said(*says.none(absent, seen.codes, counts=question.form == "count"))


def _is_absence(question: CodeQuestion, e: Evidence) -> bool:
    """Whether it says that there is no code of the kind that was asked for."""
    label = e.label or ""
    if label == "code":
        return True
    return question.kind is not None and (
        is_of_kind(label, question.kind) or (question.kind == "matrix" and label == "QR Code")
    )


def _compared(question: CodeQuestion, seen: _Seen, says: CodeSentences) -> Turn:
    contents = {e.text for e in seen.read}
    if len(seen.wanted) < 2 or (1 < len(contents) < len(seen.read) and question.of_two):
        return abstain("unsure" if seen.wanted else "not_found")
    if len(seen.read) < len(seen.wanted):
        return abstain("unsure")
    is_same = len(contents) == 1
    return said(*says.compared(seen.read, is_same=is_same, truth=is_same != question.asks_apart))


def _printed(question: CodeQuestion, seen: _Seen, says: CodeSentences) -> Turn:
    return _digits(seen, says) if _is_of_bars(question, seen) else _below(seen, says)


def _digits(seen: _Seen, says: CodeSentences) -> Turn:
    """What is printed below a bar code, and the code's own content, each a witness of the other."""
    if len(seen.wanted) > 1:
        return said(*says.contents(seen.read, [])) if seen.read else abstain("unsure")
    numbers = {line.id: goods_numbers(line.text or "") for line in seen.lines}
    with_number = [line for line in seen.lines if numbers[line.id]]
    if not seen.read:
        told = {number for line in with_number for number in numbers[line.id]}
        if len(told) == 1:
            return said(*says.printed(with_number[0], seen.wanted))
        return abstain("unsure" if seen.wanted or told else "not_found")
    (code,) = seen.read
    agreeing = [line for line in seen.lines if _is_alike(line.text or "", code.text or "")]
    near = [line for line in with_number if below(code, line)]
    if agreeing or not near:
        return said(*says.contents([code], [], beside=agreeing[:1]))
    return said(*says.disagreeing(code, near[0]))


def _below(seen: _Seen, says: CodeSentences) -> Turn:
    """The line that is printed below a code which is no bar code."""
    pairs = [(code, line) for code in seen.wanted for line in seen.lines if below(code, line)]
    if len(seen.wanted) != 1 or not pairs:
        return abstain("unsure" if len(seen.wanted) > 1 else "not_found")
    _, line = min(pairs, key=lambda pair: (pair[1].box_xyxy or (0, 0))[1])
    return said(*says.printed(line, []))


def _is_alike(printed: str, content: str) -> bool:
    """Whether the same characters stand there, whatever marks lie between them."""
    plain = ["".join(filter(str.isalnum, text)).casefold() for text in (printed, content)]
    return bool(plain[1]) and plain[0].lstrip("0") == plain[1].lstrip("0")


def _captioned(question: CodeQuestion, seen: _Seen, says: CodeSentences) -> Turn:
    pair = beside_caption(seen.wanted, seen.lines, question.caption or "", question.side)
    if pair is None:
        return abstain("not_found")
    code, caption = pair
    return abstain("unsure") if code.text is None else said(*says.contents([code], [], [caption]))


def _fields(question: CodeQuestion, seen: _Seen, says: CodeSentences) -> Turn | None:
    """The fields that were asked for, of one code; None where no code holds any of them."""
    found = [e for label in question.fields for e in seen.fields if e.label == label]
    if found:
        places = [_place(e) for e in found]
        cited = [code for code in seen.read if _place(code) in places]
        told, short = says.fields(found, cited)
        is_said = question.form == "whether" and (question.holds or _is_named(question, found))
        return said(told, says.yes_no(truth=True) if is_said else short)
    if not question.printed_as:
        return None
    printed = {line.label: line for line in reversed(seen.lines) if line.value is not None}
    asked = [printed[query] for query in question.printed_as if query in printed]
    return said(*says.fields(asked, [])) if asked else abstain("not_found")


def _is_named(question: CodeQuestion, fields: list[Evidence]) -> bool:
    """Whether the question itself says what stands in the one field that it asks about."""
    return len(fields) == 1 and str(fields[0].value).casefold() in question.text.casefold()


def _whether(question: CodeQuestion, seen: _Seen, says: CodeSentences) -> Turn:
    """Whether the one code is a link, or holds a field that was asked for."""
    if (turn := _fields(question, seen, says)) is not None:
        return turn
    if len(seen.read) != 1:
        return abstain("unsure" if seen.wanted else "not_found")
    is_so = "url" in question.fields and is_link(seen.read[0].text or "")
    return said(says.contents(seen.read, [])[0], says.yes_no(truth=is_so))
