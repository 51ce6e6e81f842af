"""How answers are wanted: the language, the length, and what a shop calls its things.

Names are somebody's data: what a planner reads of them is quoted, and none of them holds what could
end a quotation, a sentence or a reference to evidence.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator

from tools.errors import InputError
from tools.words.labels import canonical
from tools.words.lists import words_in
from tools.words.own_names import NO_NAMES, OwnNames, label_of, near_words

MAX_NAMES = 50
MAX_NAME = 60
"""Characters of a name, and of the word that it stands for."""
_WORD = re.compile(r"(?=.*[^\W\d_])..|[\u3400-\u9fff]")
"""A letter with something beside it, or a Chinese character."""
_ID = re.compile(r"e\d+", re.IGNORECASE)
_REFUSED = re.compile(
    r"[^\S ]|[{}\[\]<>|\\`\"“”「」『』«»《》;!?。！？；,，、:：\ufffc]|\.(?:\s|$)|^\s|\s$"
)
"""What could end a quotation, a sentence or a part of one, or be a reference to evidence."""

Name = Annotated[str, StringConstraints(min_length=1, max_length=MAX_NAME)]


class Preferences(BaseModel):
    """How somebody wants answers. What is left out is as it always was."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    language: Literal["auto", "en", "zh"] = Field(
        default="auto", description="Of the answers; auto: that of the question."
    )
    length: Literal["short", "normal", "long"] = Field(
        default="normal",
        description="short: the few words asked for. long: also what it rests on, and what else "
        "was seen.",
    )
    names: dict[Name, Name] = Field(
        default={},
        max_length=MAX_NAMES,
        description='What a shop calls things: {"cup": "MugMaster 300"}. Questions and answers '
        "may say it; it means whatever is such a thing.",
    )

    @field_validator("names")
    @classmethod
    def _plain(cls, names: dict[str, str]) -> dict[str, str]:
        for name in (*names, *names.values()):
            if not name.isprintable() or _REFUSED.search(name) or not _WORD.search(name):
                raise ValueError(
                    f"{name!r} is no name: letters, digits and -_/&+'().# on one line, please"
                )
        for word, name in names.items():
            if _ID.fullmatch(name) or set(name.casefold().split()) <= words_in("function_words"):
                raise ValueError(f"{name!r} means something else in every sentence")
            other = canonical(name)
            if other is not None and other != canonical(word):
                raise ValueError(f"{name!r} is what others call another thing ({other})")
        if len({name.casefold() for name in names.values()}) < len(names):
            raise ValueError("two things have the same name")
        return names

    def known(self, labels: Collection[str] = ()) -> Self:
        """The preferences with the labels that the names' words mean.

        Args:
            labels: those that tools know beside those of the tables.

        Raises:
            InputError: of a word no tool knows the thing, or two mean the same.
        """
        found: dict[str, str] = {}
        for word, name in self.names.items():
            label = label_of(word, labels)
            if label is None:
                near = ", ".join(near_words(word, labels))
                raise InputError(
                    f"names: no tool knows {word!r}" + (f"; near it are: {near}" if near else "")
                )
            if label in found:
                raise InputError(f"names: {word!r} is {label!r}, which has a name already")
            found[label] = name
        return self.model_copy(update={"names": found})

    def over(self, others: Preferences) -> Preferences:
        """These, and what they leave out as `others` have it."""
        given = {name: getattr(self, name) for name in self.model_fields_set}
        return others.model_copy(update=given)

    def takes_as_written(self, language: str) -> bool:
        """Whether sentences are wanted as planners write them, of a question in that language."""
        return self.length != "short" and self.language in ("auto", language)

    @property
    def own_names(self) -> OwnNames:
        """The names, to be read and said."""
        return OwnNames(self.names) if self.names else NO_NAMES
