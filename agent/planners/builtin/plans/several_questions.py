"""What a question asks of several pictures, and what has to be asked of each for it.

By pattern, in English and Chinese. What two pictures are compared by otherwise (their text, what
differs) the built-in weights were taught: of that it says nothing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from agent.answer import Language
from agent.grounding.field_names import fields_in
from agent.grounding.named_pictures import named_pictures, without_named
from agent.grounding.question_parts import Part, parts_of
from tools.evidence import number_and_page
from tools.words.labels import CLASSES, GROUPS, chinese, measure_word, plural
from tools.words.picture_words import chinese_words, english_words
from tools.words.questions import mentioned

Form = Literal["each", "sum", "most", "least", "which", "count", "exists", "every"]


@dataclass(frozen=True)
class SeveralQuestion:
    """How the answers of the pictures become one, and the question that each of them is asked."""

    form: Form
    asked: str
    pictures: tuple[str, ...]


_SUM = re.compile(
    r"\b(?:altogether|combined|together|overall|in (?:total|all|sum)|add(?:s|ed)? up|summed"
    r"|(?:come|amount)s? to|the sum)\b"
    r"|^\W*add (?:the|all|both|these)\b",
    re.IGNORECASE,
)
_SUM_HAN = re.compile(r"[一总合共]共|合起来|加起来|加在一起|合在一起|总和|之和")
_OF_ALL = re.compile(
    r"\btotals? (?:of|for|on|from|across|over) (?:all|both|the (?:two|three|four|five)|these|those"
    rf"|my|every)\b|\b(?:all|both|these) (?:of )?(?:the )?(?:\w+ )?(?:{english_words()})\b"
    r"|[都全]部|所有",
    re.IGNORECASE,
)
_COMPARES = re.compile(
    r"\b(?:differ\w*|same|identical|equal|compar\w*|more text|most text|less text|longer)\b"
    r"|区别|差|一样|相同|相等|更多文字|文字更",
    re.IGNORECASE,
)
_MOST = re.compile(
    r"\b(?:most|more|highest|higher|largest|larger|biggest|bigger|greatest|greater|dearest|dearer"
    r"|costliest|priciest)\b|[最更][高贵大多]",
    re.IGNORECASE,
)
_LEAST = re.compile(
    r"\b(?:least|less|fewest|fewer|lowest|lower|smallest|smaller|cheapest|cheaper)\b|[最更][低少小]"
    r"|便宜",
    re.IGNORECASE,
)
_WHICH = re.compile(
    rf"\bwhich (?:of (?:the|these|those|them)\b|one\b|(?:\w+ )?(?:{english_words()})\b"
    r"(?! (?:numbers?|dates?|ids?|types?)\b))|\bwhat (?:picture|image|photo|page|frame)\b"
    r"|^\W*which (?:has|have|is|shows?|says?)\b",
    re.IGNORECASE,
)
_WHICH_HAN = re.compile(rf"哪(?:一?)(?:{chinese_words()}|个)")
_DOCUMENT = re.compile(r"\b(?:receipt|bill|invoice|ticket|document|page|label|sign)s?\b", re.I)
_EVERY = re.compile(r"\b(?:both|every|each|(?<!at )all)\b|都|每", re.IGNORECASE)
_EVERYWHERE = re.compile(
    r",?\s*\b(?:(?:in|on|across|over|of|from) )?"
    r"(?:any|all|both|each|every|either|one|these|those|the|some)"
    rf"(?: of)?(?: the| these| those)?(?: two| three| four| five)? (?:{english_words()})\b"
    r"|,?\s*\b(?:altogether|overall|in (?:total|all)|combined|together)\b",
    re.IGNORECASE,
)
_EVERYWHERE_HAN = re.compile(
    rf"在?(?:所有|全部|这|任何)?[一二两三四五几]?(?:{chinese_words()})"
    r"(?:里面|上面|里|上|中)?(?:一共|总共|都)?(?=.)"
    r"|一共|总共"
)
_PLURAL = re.compile(
    r"\b(?:both|all|these|those|the)(?: of)?(?: the| these| those)?(?: two| three| four| five)?"
    rf" (?P<noun>(?:{english_words()})(?<=s))\b",
    re.IGNORECASE,
)
_SAYS = re.compile(
    r"\b(?:says?|mentions?|reads?|contains?|has|have|shows?|is (?:from|by|of|about)|comes? from"
    r"|is)\s+(?:the (?:words?|text|name)\s+)?(?P<words>.+)$",
    re.IGNORECASE,
)
_SAYS_HAN = re.compile(r"(?:写着|写有|写了|提到|印着|有|是)(?P<words>[^的]+?)(?:的|字样)?$")
_EDGE = " ?？.。!！\"'“”‘’「」"


def several_question(
    text: str, language: Language, pictures: Sequence[str]
) -> SeveralQuestion | None:
    """What a question asks of these pictures (ids); None where it asks the weights' question."""
    named = named_pictures(text, pictures)
    if named is not None:
        return SeveralQuestion("each", without_named(text), tuple(named))
    if _COMPARES.search(text):
        return None
    form, asked = _form_of(text, language, pictures)
    return SeveralQuestion(form, asked, tuple(pictures))


def _form_of(text: str, language: Language, pictures: Sequence[str]) -> tuple[Form, str]:
    (part, *_) = parts_of(text, language)
    things = mentioned(text, (*CLASSES, *GROUPS))
    if (_WHICH if language == "en" else _WHICH_HAN).search(text):
        return _which(text, part, things, language)
    if part.kind == "count":
        return "count", _everywhere(text, language)
    if part.kind == "yes/no":
        return ("every" if _EVERY.search(text) else "exists"), _everywhere(text, language)
    if _adds_up(text, part, language, pictures):
        return "sum", _field_question(part, language)
    return "each", _singular(text)


def _adds_up(text: str, part: Part, language: Language, pictures: Sequence[str]) -> bool:
    """Whether amounts of all pictures are to be added; the pages of one bill have one total."""
    adds = (_SUM if language == "en" else _SUM_HAN).search(text)
    if not adds and not _OF_ALL.search(text):
        return False
    asks_amount = part.kind == "amount" or "total" in fields_in(text)
    says_no_more = part.kind == "open" and not part.fields and not part.of_text
    is_one_file = len({number_and_page(p)[0] for p in pictures}) == 1
    is_of_pages = not is_one_file or re.search(r"\bpages\b|页", text) is not None
    return is_of_pages and (asks_amount or (adds is not None and says_no_more))


def _which(text: str, part: Part, things: list[str], language: Language) -> tuple[Form, str]:
    """Which of the pictures: with the most of something, or with something at all."""
    extreme: Form | None = (
        "most" if _MOST.search(text) else "least" if _LEAST.search(text) else None
    )
    is_written = part.of_text or _DOCUMENT.search(text) is not None
    if things and (extreme is not None or not is_written):
        thing = things[0]
        if extreme is not None:
            many = f"How many {plural(thing, 2)} are there?"
            return extreme, many if language == "en" else _count_han(text)
        return "which", _is_there(thing, language)
    if extreme is not None:
        return extreme, _field_question(part, language)
    fields = sorted(part.fields)
    if fields:
        return "which", _field_question(part, language)
    return "which", _does_it_say(text, language)


def _field_question(part: Part, language: Language) -> str:
    """The question for the field that a part names, or else for the total."""
    names = sorted(part.fields - {"total"}) or ["total"]
    return f"What is the {names[0]}?" if language == "en" else f"{chinese(names[0])}是多少？"


def _is_there(thing: str, language: Language) -> str:
    if language == "en":
        return f"Are there any {plural(thing, 2)}?"
    return f"有{chinese(thing)}吗？"


def _count_han(text: str) -> str:
    thing = mentioned(text, (*CLASSES, *GROUPS))[0]
    return f"有几{measure_word(thing)}{chinese(thing)}？"


def _does_it_say(text: str, language: Language) -> str:
    """The question for the words behind "says", "is from" and the like."""
    bare = text.strip(_EDGE)
    match = (_SAYS if language == "en" else _SAYS_HAN).search(bare)
    if match is None:
        return text
    words = match["words"].strip(_EDGE)
    return f'Does it say "{words}"?' if language == "en" else f"上面写着{words}吗？"


def _singular(text: str) -> str:
    """ "What do these two signs say?" as it is asked of one: "What does the sign say?"."""
    rest = _PLURAL.sub(lambda match: f"the {match['noun'].removesuffix('s')}", text)
    return text if rest == text else re.sub(r"\bdo the\b", "does the", rest, flags=re.IGNORECASE)


def _everywhere(text: str, language: Language) -> str:
    """The question without "in all the pictures"."""
    pattern = _EVERYWHERE if language == "en" else _EVERYWHERE_HAN
    rest = pattern.sub("", text)
    return " ".join(rest.split()).replace(" ?", "?") or text
