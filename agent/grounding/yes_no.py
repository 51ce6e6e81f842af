"""Whether yes or no follows from the evidence, to a question that asks for one, and which.

Words that were read say that they are written, not what they mean; things that were looked for say
that they are there, not what they do.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from agent.answer import Language
from agent.grounding import literals
from agent.grounding.comparisons import decided as compared
from agent.grounding.estimates import names, truth_of
from agent.grounding.naming import names_of
from agent.grounding.notices import decided, lines_of, notice_question
from agent.grounding.polarity import THERE_IS, THERE_IS_NONE, YES
from agent.grounding.premises import absent_subject
from agent.grounding.question_form import asks_for_absence, asks_sameness
from agent.grounding.question_parts import Part, parts_of
from agent.grounding.references import alike, count_of
from agent.grounding.scene_questions import asks_to_see, is_scene_asked_for
from agent.grounding.thresholds import threshold
from tools.evidence import Evidence
from tools.reading.hours import covers, days_in
from tools.reading.labels import field_of
from tools.words.comparison_questions import comparison_question
from tools.words.days import closed_pattern
from tools.words.labels import CLASSES, GROUPS
from tools.words.payments import is_paid_so
from tools.words.predicates import pattern_of
from tools.words.questions import HAN, mentioned
from tools.words.sentences import label_spans, label_words

KINDS = "classify_image"

_NEGATION = re.compile(
    r"\b(?:no|not|never|without|non|don'?t|free of|prohibited|forbidden|closed|except)\b|-free\b"
    r"|[不无未没勿禁]|请勿|严禁",
    re.IGNORECASE,
)
_WRITTEN = re.compile(
    r"\b(?:says?|said|mentions?|mentioned|words?|written|printed|text)\b|写|印|文字|字样|提到|提及",
    re.IGNORECASE,
)
_CONSISTS = re.compile(r"\b(?:contains?|ingredients?|made (?:of|from|with))\b|含|成分|配料", re.I)
_PRESENCE = re.compile(
    r"\b(?:is|are|was|were)(?:n['’]t)? there\b|\bthere (?:is|are)\b|"
    r"\b(?:any|anyone|anybody|someone|somebody|nobody|visible|have|has|had|contains?|shows?|includes?|see|find|got)\b"
    r"|有|含|包括|包含|看[得到见]|找到",
    re.IGNORECASE,
)
_OPEN = re.compile(
    r"(?P<closed>\bclosed\b|休息|关门|不营业|闭馆)|\bopen\b|营业|开门|开放|开馆", re.IGNORECASE
)
_ASKING = re.compile(
    r"\b(?:\w+n['’]t|how|much|many|when|why|will|would|should|must|please|tell|about|picture|image|photo)\b"
    r"|[一二两三四五六七八九十几]"
)
_KIN = (
    {"pay", "paid", "payment", "pays", "paying", "支付", "付款", "付"},
    {"card", "visa", "mastercard", "credit", "debit", "amex", "maestro", "刷卡", "卡"},
    {"cash", "现金"},
)
"""Words that speak of the same thing on a receipt."""


def carries_yes_no(part: Part, evidence: Sequence[Evidence]) -> bool:
    """Whether "yes" or "no" follows from the evidence at all.

    Words that were found say that they are written, not what they mean: on a NO PARKING sign there
    is "parking", and no parking. What a notice decides follows from its rules alone.
    """
    if part.of_payment:
        return paid_as_asked(part, evidence) is not None
    if is_open_then(part, evidence) is not None or _is_compared(part, evidence):
        return True
    if notice_question(part.text) is not None and lines_of(evidence):
        return decided(part.text, evidence) is not None
    if any(e.is_row for e in evidence):
        return any(c.isdigit() for c in part.text)  # "Is there anything for less than 3?"
    texts = [e for e in evidence if is_of_text(e)]
    if not texts or len(texts) < len(list(evidence)) or part.of_text or part.of_several:
        return True
    negated = any(_NEGATION.search(e.text or "") for e in texts if e.status == "found")
    return _PRESENCE.search(part.text) is not None and not negated


def _is_compared(part: Part, evidence: Sequence[Evidence]) -> bool:
    compared = threshold(part.text)
    return compared is not None and compared.decided(evidence) is not None


def wrong_yes_no(word: str, cited: list[Evidence], question: str, language: Language) -> str | None:
    """Whether yes or no is the literal truth of the question, as far as the evidence tells.

    "有" and "没有" say what there is, whichever way the question asked.
    """
    if not cited:
        return "it rests on no evidence"
    word = word.casefold()
    says_there_is = word in YES
    truths = _estimated_truths(question, cited, language)
    cited = [e for e in cited if e.kind == "direct"] or cited
    if truths := truths or _written_truths(question, cited, language) or _compared(question, cited):
        return None if says_there_is in truths else f"what it rests on says that it is not {word}"
    if asks_for_absence(question, language) and word not in THERE_IS | THERE_IS_NONE:
        says_there_is = not says_there_is
    if says_there_is and count_of(cited) == 0:
        return f"nothing was found, so it cannot be {word}"
    kinds = {(e.label or "").casefold() for e in cited if (e.tool, e.status) == (KINDS, "found")}
    if not says_there_is and any(kind in question.casefold() for kind in kinds):
        return f"it is what was asked for, so it cannot be {word}"
    asked = label_words(question, language) or set(mentioned(question, (*CLASSES, *GROUPS)))
    found = {name for e in cited if e.status == "found" for name in names_of(e)}
    asks_number = bool(literals.numbers(question, language))
    if not says_there_is and not asks_number and asked and asked <= found:
        return f"what was asked for was found, so it cannot be {word}"
    return None


def _estimated_truths(question: str, cited: list[Evidence], language: Language) -> set[bool | None]:
    """What estimates decide where there is nothing else; empty: nothing, {None}: neither.

    It is their yes or no, whether a text fits that the question speaks of, or one that excludes it,
    what a number says to one or to there being any, or yes where the question names their answer
    ("Is it a kitchen?").
    """
    if any(e.kind == "direct" for e in cited):
        return set()
    absence = asks_for_absence(question, language)
    wanted = literals.numbers(question, language)
    truths: set[bool | None] = set()
    for e in cited:
        if (is_scene := is_scene_asked_for(question, e)) is not None:
            truths.add(is_scene is not absence)
        elif e.value is None and _overlap(question, e.label or ""):
            truths.add((e.status == "found") is not absence)
        elif isinstance(e.value, int | float):
            truths.add((e.value in wanted if wanted else e.value > 0) is not absence)
        elif e.value is not None and truth_of(e) is None:
            truths.add(not absence if names(question, e) else None)
        elif e.value is not None:
            truths.add(truth_of(e))
    return truths


def _written_truths(question: str, cited: list[Evidence], language: Language) -> set[bool | None]:
    """What code decides: how it was paid, when it is open, what a notice allows, whether a number
    is above another; empty: nothing."""
    parts = parts_of(question, language)
    if len(parts) == 1 and parts[0].of_payment:
        return {paid_as_asked(parts[0], cited)}
    decisions = [is_open_then(part, cited) for part in parts]
    decisions += [compared.decided(cited) for part in parts if (compared := threshold(part.text))]
    if lines_of(cited):
        decisions += [decided(part.text, cited) for part in parts]
    return {truth for truth in decisions if truth is not None}


def _compared(question: str, cited: Sequence[Evidence]) -> set[bool | None]:
    """What the boxes or numbers of two things decide that are compared; empty: nothing."""
    comparison = comparison_question(question)
    truth = compared(comparison, cited) if comparison is not None else None
    return set() if truth is None else {truth}


def paid_as_asked(part: Part, evidence: Sequence[Evidence]) -> bool | None:
    """Whether it was paid as the question asks; None where no means of payment is printed."""
    printed = " ".join(
        f"{e.text} {e.value}" for e in evidence if is_of_text(e) and e.status == "found"
    )
    return is_paid_so(part.text, printed)


def is_open_then(part: Part, evidence: Sequence[Evidence]) -> bool | None:
    """Whether "yes" is the answer to "Are they open on Monday?" by the hours of one day.

    None where something else is asked, or the evidence is not the hours of one day.
    """
    asked = _OPEN.search(part.text)
    hours = [e for e in evidence if e.value_type == "time" and e.status == "found"]
    if part.kind != "yes/no" or not asked or len(hours) != 1 or len(hours) < len(evidence):
        return None
    days = days_in(part.text)
    if not days or not covers(hours[0].text or "", days) or re.search(r"\d", part.text):
        return None  # "Are they open at 10?" asks for more
    is_closed = closed_pattern().search(str(hours[0].value)) is not None
    return is_closed == (asked["closed"] is not None)


def is_of_text(e: Evidence) -> bool:
    """Whether it is something that was read (or looked for among what is written)."""
    return e.tool == "read_text" and e.group is None


def unrelated(part: Part, evidence: Sequence[Evidence], language: Language) -> str | None:
    """A yes/no question, and a text or field of which it does not speak."""
    read = [e for e in evidence if is_of_text(e)]
    if any(_says_itself(e) for e in read):
        return "its value only repeats its label"
    if part.of_payment:
        unsaid = paid_as_asked(part, evidence) is None
        return "it does not say how it was paid" if unsaid else None
    if notice_question(part.text) is not None:
        return None
    if part.kind != "yes/no" or language != "en" or not read or len(read) < len(evidence):
        return None
    if part.of_text or part.of_several or any(_speaks_of(part, e) for e in read):
        return None
    return "the question does not speak of what this evidence is"


def wrong_sameness(part: Part, evidence: Sequence[Evidence], *, says_yes: bool) -> str | None:
    """Whether codes that are compared say the same, or not, as a yes or no has it."""
    asked = asks_sameness(part.text)
    codes = [e for e in evidence if e.tool == "read_codes" and e.text is not None]
    if asked is None or len(codes) < 2:
        return None
    if (alike(codes) is (asked == "same")) is says_yes:
        return None
    return "the codes that are cited say otherwise; compare them with {same e1 e2}"


def unseen(part: Part, evidence: Sequence[Evidence], language: Language) -> str | None:
    """A yes/no question about things, of which it was only looked whether they are there."""
    if part.kind != "yes/no" or any(e.tool != "detect_objects" for e in evidence):
        return None
    if _WRITTEN.search(part.text):
        return "the question asks for what is written; read it"
    is_absent = all(e.status == "none" for e in evidence)
    if _CONSISTS.search(part.text):
        return "what is not seen may be in it all the same; read it" if is_absent else None
    if _PRESENCE.search(part.text) or _compared(part.text, evidence):
        return None
    if asks_to_see(part, language) and absent_subject(part.text, evidence) is not None:
        return None  # a dog that is not there does not sleep
    more = more_than_things(part.text, language)
    return f"whether they are there does not say {more!r}" if more else None


def more_than_things(text: str, language: Language) -> str:
    """What a question says besides naming things: of "Are cars on sale?", "sale"."""
    for start, end, _ in reversed(list(label_spans(text, language))):
        text = f"{text[:start]} {text[end:]}"
    text = _ASKING.sub(" ", pattern_of(language).sub(" ", text.casefold()))
    return " ".join(re.findall(r"[^\W\d_]{2,}|[\u4e00-\u9fff]", text))


def _says_itself(e: Evidence) -> bool:
    value = literals.normalise(e.value or "").casefold()
    is_word = bool(value) and not any(c.isdigit() for c in value)
    return is_word and value in (e.label or "").casefold().split()


def estimates_another(part: Part, evidence: Sequence[Evidence], language: Language) -> str | None:
    """A yes/no question, and estimates that have no word in common with it."""
    labels = [e.label or "" for e in evidence]
    if part.kind != "yes/no" or language != "en" or HAN.search("".join(labels)):
        return None
    if any(_overlap(part.text, label) for label in labels):
        return None
    if any(is_scene_asked_for(part.text, e) is not None for e in evidence):
        return None
    return "this estimate is of something else; ask for one of what the question asks"


def _overlap(question: str, label: str) -> bool:
    """Whether a word of the one begins like a word of the other: rain, raining."""
    asked, known = set(_content_words(question)), set(_content_words(label))
    return not asked or any(a[:4] == k[:4] for a in asked for k in known)


def _speaks_of(part: Part, e: Evidence) -> bool:
    if field_named(e) in part.fields:
        return True
    asked = set(_content_words(part.text))
    known = set(_content_words(f"{e.label} {e.text} {e.value}"))
    if any(asked & kin and known & kin for kin in _KIN):
        return True
    return any(a[:5] == k[:5] or a.rstrip("s") == k.rstrip("s") for a in asked for k in known)


def _content_words(text: str) -> Iterator[str]:
    """Words that name something, in lower case."""
    plain = pattern_of("en", "is", "has", "shows", "glue", "place", "negation").sub(" ", text)
    yield from re.findall(r"[^\W_]{2,}", _ASKING.sub(" ", plain.casefold()))


def field_named(e: Evidence) -> str | None:
    """The field of a document that evidence is labelled with; None for any other label."""
    field = field_of(e.label or "")
    return field.name if field else None
