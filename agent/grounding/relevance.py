"""Whether an answer belongs to the question: its kind, its field, what restricts it.

A claim belongs to a part of the question (`agent.grounding.question_parts`) where it gives the kind
of answer that is asked for, from evidence of what is asked about. Whether the claim is true is
`agent.grounding`'s.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from agent.answer import Language
from agent.grounding import literals
from agent.grounding.checklist import open_parts
from agent.grounding.estimates import denies, things_in_question
from agent.grounding.field_names import fields_in
from agent.grounding.naming import names_of
from agent.grounding.question_parts import Kind, Part
from agent.grounding.references import REFERENCE, Filled
from agent.grounding.yes_no import estimates_another, field_named, is_of_text, unrelated, unseen
from tools.evidence import Evidence
from tools.reading.labels import fields as field_kinds
from tools.words.codes import is_code, is_of_kind, kind_asked
from tools.words.colour_questions import thing_named_like_a_colour
from tools.words.labels import CLASSES, COLOURS, GROUPS, chinese, plural
from tools.words.questions import mentioned
from tools.words.sentences import label_words

_TYPES = {field.name: field.value_type for field in field_kinds()}
_PERCENT = re.compile(r"\d\s*(?:[%％]|per ?cent)|百分之", re.IGNORECASE)
_RATE = re.compile(r"\brates?\b|率", re.IGNORECASE)
_DIGIT = re.compile(
    r"[\d一二两三四五六七八九十]|\b(?:one|two|three|four|five|six|seven|eight|nine|ten)\b"
)
_TIME = re.compile(r"\d{1,2}\s*(?:[:：.点时h]|[ap]\.?m\b|uhr\b)", re.IGNORECASE)
_COUNTS = re.compile(r"\{\s*(?:count|list|exists|most|least|difference|sum)\s")
_FIELD = re.compile(r"e\d+\.(?:text|value|label)")
_OF_TWO_KINDS = re.compile(
    r"\b(?:more|less|fewer)\b.* or \b|(?:更多|多|少).*还是|还是.*(?:更多|多|少)", re.IGNORECASE
)
"""Is there more of this or of that?"""
_COMPARED = re.compile(r"\{\s*(?:most|least|difference|count|list)\s|(?:\.value.*){2}")
_AGAIN = re.compile(r"(\{\s*e\d+\.\w+\s*\})(?:\s*[,，、]\s*\1)+")
_WHERE = re.compile(r"\b(?:in|on|at|near|under|behind|beside|next to|with)\b", re.IGNORECASE)
"""What stands behind it is where, not what is asked after."""
_LOOKS = {"detect_objects", "classify_image", "describe_colors"}
_PLACE = re.compile(
    r"\b(?:left|right|top|bottom|upper|lower|middle|cent(?:re|er))\b|[左右上下]|中[间央心]",
    re.IGNORECASE,
)
_COLOUR = re.compile(
    r"\bcolou?r|\b(?:black[- ]and[- ]white|monochrome|gr[ae]yscale)\b|色|黑白", re.IGNORECASE
)
_OF_TWO = {"same", "difference", "most", "least"}
_OF_SEVERAL = _OF_TWO | {"sum", "count", "list"}
_WRITTEN_UNITS = {
    "characters": re.compile(r"\b(?:characters?|letters?)\b|字符|多少个?字|几个字", re.IGNORECASE),
    "words": re.compile(
        r"\bhow many (?:\w+ )?words?\b|多少个?(?:单词|词)|几个(?:单词|词)", re.IGNORECASE
    ),
}


@dataclass(frozen=True)
class Said:
    """One sentence as it is judged: the template, the text that the person reads, its evidence."""

    template: str
    text: str
    evidence: Sequence[Evidence]


def belongs(
    parts: Sequence[Part], said: Sequence[Said], language: Language
) -> tuple[tuple[str, ...], str | None]:
    """The names of the parts that no sentence answers; and what is wrong if none answers any.

    What restricts the question holds for every sentence.
    """
    for sentence in said:
        strays = [_other_code(part, sentence) or _unrestricted(part, sentence) for part in parts]
        if all(strays):
            return (), f"{sentence.text!r}: {strays[0]}"
    misfits = [[misfit(part, sentence, language) for sentence in said] for part in parts]
    if said and all(map(all, misfits)):
        return (), f"{said[0].text!r}: {misfits[0][0]}"
    fits = [[problem is None for problem in found] for found in misfits]
    unanswered = [part.name for part in open_parts(parts, [s.evidence for s in said], fits)]
    seen = {
        name
        for sentence in said
        for e in sentence.evidence
        for name in names_of(e) | things_in_question(e)
    }
    unseen = [thing for part in parts for thing in part.things if thing not in seen]
    return tuple(unanswered + [_called(thing, language) for thing in unseen]), None


def _called(label: str, language: Language) -> str:
    return plural(label, 2) if language == "en" else chinese(label)


def misfit(part: Part, said: Said, language: Language) -> str | None:
    """Why a sentence is no answer to a part of the question; None where it may be one."""
    if all(e.kind == "estimate" for e in said.evidence):
        return _misfit_of_estimates(part, said, language)
    if part.of_several and part.kind == "yes/no" and len(_found(said)) < 2:
        return "the question compares several things, and this rests on one"
    if _OF_TWO_KINDS.search(part.text) and not _COMPARED.search(said.template):
        return "the question compares; answer with {most e1 e2} or {least e1 e2}"
    return (
        _wrong_kind(part, said, language)
        or _wrong_field(part, said)
        or _other_code(part, said)
        or _unrestricted(part, said)
        or _other_things(part, said, language)
        or _only_colours(part, said, language)
        or unseen(part, said.evidence, language)
        or unrelated(part, said.evidence, language)
    )


def _misfit_of_estimates(part: Part, said: Said, language: Language) -> str | None:
    """Why estimates are no answer to a part: a number is asked for, or they are of other things.

    They answer a question as it was put, so that other kinds of answers need no check.
    """
    asks_number = part.kind in _NUMBERS and not any(map(denies, said.evidence))
    return (
        (_wrong_kind(part, said, language) if asks_number else None)
        or _other_things(part, said, language)
        or estimates_another(part, said.evidence, language)
    )


def each_once(template: str) -> str:
    """The template where a list by reference ("{e1.text}, {e1.text}") names each thing once."""
    return _AGAIN.sub(r"\1", template)


def names_twice(filled: Filled, evidence: Collection[Evidence]) -> str | None:
    """What is wrong where one thing is given as two, or compared with itself."""
    given = [g for g in filled.references if _FIELD.fullmatch(g)]
    twice = sorted({g for g in given if given.count(g) > 1})
    if twice:
        return f"it names {{{twice[0]}}} twice"
    for reference in filled.references:
        operation, _, arguments = reference.partition(" ")
        ids = re.findall(r"e\d+(?:\s*[-–]\s*e\d+)?", arguments)
        is_alone = operation in _OF_TWO and len(set(ids)) < 2
        if is_alone or (operation in _OF_SEVERAL and len(set(ids)) < len(ids)):
            return f"{{{reference}}} needs different pieces of evidence"
    return _seen_twice(evidence) if filled.counted else None


def _seen_twice(evidence: Collection[Evidence]) -> str | None:
    """Two looks at one thing, counted as two."""
    calls: dict[tuple[object, ...], str] = {}
    for e in evidence:
        if e.status != "found" or e.box_xyxy is None or e.group is None:
            continue
        other = calls.setdefault((e.picture.id, e.group, e.label, e.value, e.box_xyxy), e.call_id)
        if other != e.call_id:
            return f"{e.id} is what an earlier call saw already; count one call only"
    return None


def _found(said: Said) -> list[Evidence]:
    return [e for e in said.evidence if e.status == "found"]


def _wrong_kind(part: Part, said: Said, language: Language) -> str | None:
    if all(e.status == "none" for e in said.evidence):
        return None
    check = _KINDS.get(part.kind)
    if check is None or check(part, said, language):
        return None
    return f"the question asks for {_ASKED_FOR[part.kind]}; answer with one, or abstain"


def _is_rate(_part: Part, said: Said, _language: Language) -> bool:
    is_rate = any(_RATE.search(e.text or "") for e in said.evidence)
    return is_rate or _PERCENT.search(said.text) is not None


def _is_amount(_part: Part, said: Said, _language: Language) -> bool:
    return bool(_DIGIT.search(said.text)) and any(
        (e.group in (None, "line") or e.value_type == "amount")
        and e.value_type not in {"date", "time", "phone", "share", "characters"}
        for e in said.evidence
    )


_NO_COUNTS = {"amount", "date", "phone"}


def _is_count(part: Part, said: Said, language: Language) -> bool:
    if _WRITTEN_UNITS["words"].search(part.text):
        return "{words" in said.template  # what a planner counted itself is not checked
    counted = bool(_COUNTS.search(said.template)) or bool(literals.numbers(said.text, language))
    if all(e.value_type in _NO_COUNTS for e in said.evidence) and "{count" not in said.template:
        return False  # how many receipts there are, their total does not say
    if any(e.value_type == "characters" for e in said.evidence):
        return bool(_WRITTEN_UNITS["characters"].search(part.text)) or "{count" in said.template
    return counted and not (
        all(e.value_type == "share" for e in said.evidence) and "{count" not in said.template
    )


def _is_date(_part: Part, said: Said, _language: Language) -> bool:
    is_dated = any(e.value_type in {"date", "time"} for e in said.evidence)
    return is_dated or any(
        literals.dates(e.text or "")
        or (e.value_type in {None, "text", "number"} and _DIGIT.search(f"{e.text} {e.value}"))
        for e in said.evidence
    )


def _is_time(_part: Part, said: Said, _language: Language) -> bool:
    is_timed = any(e.value_type == "time" for e in said.evidence)
    return is_timed or _TIME.search(said.text) is not None


def _is_name(_part: Part, said: Said, _language: Language) -> bool:
    return any(
        e.value_type not in {"amount", "date", "time", "phone", "number", "characters", "share"}
        and re.search(r"[^\W\d_]{2}", str(e.value if e.value is not None else e.text or e.label))
        for e in said.evidence
    )


def _is_colour(_part: Part, said: Said, language: Language) -> bool:
    if any(e.tool == "describe_colors" or e.label in COLOURS for e in said.evidence):
        return True
    return bool(label_words(said.text, language) & set(COLOURS))


def _is_place(_part: Part, said: Said, _language: Language) -> bool:
    """Words that were read may name a place; of what was seen, only where it lies is one."""
    is_seen = all(e.tool in _LOOKS for e in said.evidence)
    return not is_seen or _PLACE.search(said.text) is not None


_KINDS = {
    "rate": _is_rate,
    "amount": _is_amount,
    "count": _is_count,
    "date": _is_date,
    "time": _is_time,
    "name": _is_name,
    "colour": _is_colour,
    "place": _is_place,
}
_NUMBERS: set[Kind] = {"rate", "amount", "count"}
_ASKED_FOR: dict[Kind, str] = {
    "rate": "a rate in per cent",
    "amount": "an amount",
    "count": "a number",
    "date": "a date",
    "time": "a time",
    "name": "a name",
    "colour": "a colour",
    "place": "a place: left, right, top, bottom, middle",
}


def _wrong_field(part: Part, said: Said) -> str | None:
    """A field of the document that was not asked for, where one was."""
    asked = part.fields
    if part.kind in ("amount", "date", "time"):
        asked = frozenset(f for f in asked if f == "tip" or _TYPES.get(f) == part.kind)
    if not asked:
        return None
    if part.kind == "place":
        asked |= {"address"} if asked else set()
    if part.without and "total" in asked:
        asked |= {"subtotal"}
    if asked & {"start time", "end time"}:
        asked |= {"time"}
    if "tax rate" in asked:
        asked |= {"tax"}
    fields = {e.id: field_named(e) for e in said.evidence if is_of_text(e)}
    if any(f is None or f in asked for f in fields.values()) or not fields:
        return None
    if any(fields_in(e.text or "") & asked for e in said.evidence):
        return None
    if {"{difference", "{sum"} & {m[0].split()[0] for m in REFERENCE.finditer(said.template)}:
        return None
    found = sorted(f for f in fields.values() if f)
    return f"the question asks for {_listed(asked)}, this is {_listed(found)}"


def _listed(names: Collection[str]) -> str:
    return " and ".join(sorted(names))


def _other_code(part: Part, said: Said) -> str | None:
    """A code of another kind than the one that was asked for, unless it says that there is none."""
    wanted = kind_asked(part.text)
    codes = [e for e in said.evidence if e.tool == "read_codes" and is_code(e.label or "")]
    if wanted is None or any(e.status == "none" for e in codes):
        return None
    loosely = part.kind not in ("yes/no", "count") or part.of_several
    others = [e for e in codes if not is_of_kind(e.label or "", wanted, loosely=loosely)]
    return f"{others[0].id} is a {others[0].label}, which was not asked for" if others else None


def _unrestricted(part: Part, said: Said) -> str | None:
    """What restricts the question ("without the tip", "of Bryn Garage") and not the evidence."""
    read = [e for e in said.evidence if is_of_text(e)]
    if not read:
        return None
    if part.without and not _leaves_out(part.without, said):
        return f"the question leaves out {_listed(part.without)}; the evidence does not"
    if all(e.status == "none" for e in read):
        return None
    written = " ".join(literals.normalise(f"{e.text} {e.value}").casefold() for e in read)
    for name in part.names:
        if not _stands_in(name, written):
            return f"the evidence does not say that this is of {name!r}"
    return None


def _leaves_out(what: Collection[str], said: Said) -> bool:
    written = literals.numbers(REFERENCE.sub(" ", said.template), "en")
    fields = {field_named(e) for e in said.evidence}
    is_sum = "{sum" in said.template and "subtotal" in fields and not fields & set(what)
    if is_sum or "{difference" in said.template or literals.differences(written, said.evidence):
        return True
    if "subtotal" in fields and "tip" not in what:
        return True
    texts = [e.text or "" for e in said.evidence]
    return any(_EXCLUSION.search(text) for text in texts)


_EXCLUSION = re.compile(
    r"\b(?:before|excl|excluding|without|net(?:to)?|less|pre-?tax|sub ?-?total)\b"
    r"|不含|税前|小计|未税",
    re.IGNORECASE,
)


def _stands_in(name: str, written: str) -> bool:
    """Whether a name stands in a text, give or take a letter that was misread."""
    from rapidfuzz import fuzz

    return fuzz.partial_ratio(literals.normalise(name).casefold(), written) >= 85


def _other_things(part: Part, said: Said, language: Language) -> str | None:
    """What was looked for is not what this part asks after."""
    looked = {name for e in said.evidence if e.tool == "detect_objects" for name in names_of(e)}
    looked |= {name for e in said.evidence for name in things_in_question(e)}
    before = _WHERE.split(part.text)[0] if language == "en" else part.text
    asked = set(mentioned(before, (*CLASSES, *GROUPS)))
    if part.kind not in ("count", "yes/no") or not looked or not asked or looked & asked:
        return None
    return f"the question asks for {_listed(asked)}"


def _only_colours(part: Part, said: Said, language: Language) -> str | None:
    """Colours that were measured, where it is asked whether a thing is there."""
    if part.kind != "yes/no" or any(e.value_type != "share" for e in said.evidence):
        return None
    if thing_named_like_a_colour(part.text) or not (
        _COLOUR.search(part.text) or label_words(part.text, language) & set(COLOURS)
    ):
        return "the question asks whether something is there; look for it"
    return None
