"""Reads a question as it was meant: slips mended, and what is only a name written out.

"whats teh totl?" and "total" both ask "What is the total?"; so the planner and the check read one
question. What is no such question stays as it was typed.
"""

from __future__ import annotations

import re

from agent.answer import Language
from agent.grounding.field_names import fields_in, may_name_a_field, names_a_field
from tools.words.spelling import respelled
from tools.words.tables import Vocabulary, table, words_of

_LEADING = re.compile(
    r"^\W*(?:(?:and|so|now|ok|okay|please|also|just)\b[\s,]*)*(?:(?:the|its|their)\s+)?", re.I
)
_ON_PAPER = re.compile(r"\s+(?:of|on) (?:the|this) (?:bill|receipt|invoice|ticket)", re.IGNORECASE)
_TRAILING = re.compile(
    rf"(?:{_ON_PAPER.pattern})?[\s,]*(?:\bplease\b|\bthen\b)?[\s?？.。!！:：]*$", re.IGNORECASE
)
_COMMA = re.compile(r"\s*(?:[,，、/+&]\s*(?:and\s+)?|\band\b|和|以及)\s*(?:the\s+)?", re.IGNORECASE)
_WHOLE: dict[str, str] = {
    "how much": "What is the total?",
    "colour": "What colour is it?",
    "color": "What color is it?",
    "colours": "What colours are there?",
    "colors": "What colors are there?",
    "when": "What is the date?",
    "text": "What does it say?",
    "words": "What does it say?",
    "多少钱": "总额是多少？",
    "颜色": "是什么颜色？",
    "什么时候": "日期是多少？",
    "文字": "上面写了什么？",
}
"""Short questions that name neither a field nor a thing."""
_NUMBER_OF = re.compile(
    r"^(?:what(?: is|['’]s) the )?(?:total )?(?:number|count) of (?:the )?|^how many ",
    re.IGNORECASE,
)
_TABLES: tuple[Vocabulary, ...] = ("groups", "things")


def understood(question: str, language: Language, *, begins: bool = True) -> str:
    """The question as it was meant.

    Args:
        question: as it was typed.
        language: of it.
        begins: whether it begins a conversation: later "the dog?" may ask anything about the dog.
    """
    text = respelled(question) if language == "en" else question
    return _written_out(text, language, begins=begins) or text


def _written_out(text: str, language: Language, *, begins: bool) -> str | None:
    """A question that is only a name, as a sentence; None for every other."""
    name = _TRAILING.sub("", _LEADING.sub("", text)).strip()
    if whole := _WHOLE.get(name.casefold()):
        return whole
    names = [piece for piece in _COMMA.split(name) if piece]
    is_list = len(names) > 1 and names_a_field(names[0])
    if names and all(names_a_field(n) or (is_list and may_name_a_field(n)) for n in names):
        return _of_fields(names, language)
    is_whole = begins or _NUMBER_OF.match(name) is not None
    return _of_a_thing(name, language) if is_whole and not _ON_PAPER.search(text) else None


def _of_fields(names: list[str], language: Language) -> str | None:
    if language == "zh":
        return f"{'、'.join(names)}是多少？" if len(names) > 1 else None
    if len(names) == 1:
        return f"What is the {names[0][0].lower()}{names[0][1:]}?"
    return f"What are the {', '.join(names[:-1])} and {names[-1]}?"


def _of_a_thing(name: str, language: Language) -> str | None:
    """Of one thing: several are counted, one is looked for."""
    counted = _NUMBER_OF.sub("", name)
    bare = re.sub(r"^(?:an?|any|some)\s+", "", counted, flags=re.IGNORECASE).casefold()
    words = words_of("groups") | words_of("things")
    if bare not in words or fields_in(bare) or bare in words_of("colours"):
        return None
    if language == "zh":
        return f"图里有{bare}吗？"
    if _is_plural(bare):
        return f"How many {bare} are there?"
    if counted != name:
        return None
    one = "any" if bare in words_of("groups") else "an" if bare[0] in "aeiou" else "a"
    return f"Is there {one} {bare}?"


def _is_plural(name: str) -> bool:
    plurals = {entry.plural for table_name in _TABLES for entry in table(table_name).values()}
    singular = words_of("groups") | words_of("things")
    return name in plurals or (name.endswith("s") and name[:-1] in singular)
