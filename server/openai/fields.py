"""A caller's fields, read from a JSON schema: the values that it wants, and how each is asked for.

Objects may be nested; a value is a text, a number, an integer, a boolean, one of some choices, or
a list of such. Whatever else a schema says of a value (patterns, formats, bounds) is not held:
a value is what the picture shows, or null.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal, get_args

from agent.grounding.wording import language_of
from server.errors import BadRequestError
from tools.words.lists import columns_of, words_in

Kind = Literal["string", "number", "integer", "boolean"]
MAX_FIELDS = 30
"""Values of one schema: each is a question of its own."""
MAX_DEPTH = 5
MAX_PHRASE = 300
"""Characters of a description that are read."""
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_QUESTION = re.compile(r"[?？]\s*$")
_WHETHER = re.compile(
    r"(?:whether|(?:true )?if)\s+(there|it|this|the \S+)\s+(is|are)\s+(.+)", re.IGNORECASE
)
_COUNT = re.compile(
    r"(?:the )?(?:num|number|count|n)(?: of)? (?P<a>.+)|(?P<b>.+) (?:count|number)", re.IGNORECASE
)
_HAS = re.compile(r"(?:has|have|contains|shows) ", re.IGNORECASE)
_IS = re.compile(r"(?:is|are|was) ", re.IGNORECASE)
_ARTICLE = re.compile(r"(?:the|an|a)\s+", re.IGNORECASE)


@dataclass(frozen=True)
class Field:
    """A value that a caller wants.

    `path` are the names of the objects around it and its own; `choices` are the only values that
    it may have, none: any.
    """

    path: tuple[str, ...]
    kind: Kind = "string"
    is_list: bool = False
    choices: tuple[Any, ...] = ()
    description: str = ""

    @property
    def name(self) -> str:
        """With the names of the objects around it: `seller.name`."""
        return ".".join(self.path)

    def question(self, asked: str) -> str:
        """What to ask for it, of a caller who asked `asked`."""
        if self.path[-1].casefold() in words_in("reply_fields"):
            return asked
        described = " ".join(self.description.split())[:MAX_PHRASE]
        if _QUESTION.search(described):
            return described
        called = " ".join(map(_spoken, self.path))
        if self.kind == "boolean" and not self.is_list:
            return _whether(described, called)
        kind = "list" if self.is_list else "value"
        phrase = described.split(". ")[0].rstrip(" .。") or called
        if self.kind == "integer" and (counted := _COUNT.fullmatch(phrase)):
            kind, phrase = "count", counted["a"] or counted["b"]
        return _worded(kind, _ARTICLE.sub("", phrase, count=1) if kind != "count" else phrase)


def _spoken(name: str) -> str:
    """A name of a program in words: `invoiceNumber`, `invoice_number`."""
    words = _HUMP.sub(" ", name).replace("_", " ").split()
    return " ".join(word.lower() if word.istitle() else word for word in words)


def _whether(described: str, called: str) -> str:
    if inverted := _WHETHER.fullmatch(described.rstrip(" .")):
        subject, verb, rest = inverted.groups()
        return f"{verb.capitalize()} {subject} {rest}?"
    if state := _IS.match(called):
        return _worded("state", called[state.end() :])
    asked_for = _HAS.sub("", called, count=1)
    return _worded("truths" if asked_for.endswith("s") else "truth", asked_for)


def _worded(kind: str, phrase: str) -> str:
    begins_a_sentence = phrase[:1].isupper() and phrase[1:2].islower()
    named = phrase[:1].lower() + phrase[1:] if begins_a_sentence else phrase
    return _questions()[kind, language_of(phrase)].replace("{}", named)


@cache
def _questions() -> dict[tuple[str, str], str]:
    rows = columns_of("asked_fields", 3)
    return {(kind, language): question for kind, language, question in rows}


def fields_of(schema: Mapping[str, Any], *, param: str) -> tuple[Field, ...]:
    """The values of a schema, in its order.

    Raises:
        BadRequestError: it is no schema of an object, or of values that cannot be asked for.
    """
    try:
        found = tuple(_walk(schema, schema, ()))
    except _SchemaError as error:
        raise BadRequestError(str(error), param=param, code="invalid_json_schema") from None
    if not 0 < len(found) <= MAX_FIELDS:
        raise BadRequestError(
            f"the schema has {len(found)} values; 1 to {MAX_FIELDS} can be asked for",
            param=param,
            code="invalid_json_schema",
        )
    return found


class _SchemaError(ValueError):
    """What of a schema cannot be used."""


def _walk(schema: Any, root: Mapping[str, Any], path: tuple[str, ...]) -> Iterator[Field]:
    """The fields of an object's schema."""
    plain = _plain(schema, root)
    properties = plain.get("properties")
    if plain.get("type", "object") != "object" or not isinstance(properties, dict):
        raise _SchemaError("the schema has to be of an object with properties")
    if len(path) >= MAX_DEPTH:
        raise _SchemaError(f"objects are nested more than {MAX_DEPTH} deep")
    for name, inner in properties.items():
        here = _plain(inner, root)
        if "properties" in here:
            yield from _walk(here, root, (*path, name))
        else:
            yield _field(here, root, (*path, name))


def _field(schema: Mapping[str, Any], root: Mapping[str, Any], path: tuple[str, ...]) -> Field:
    is_list = schema.get("type") == "array"
    value = _plain(schema.get("items", {}), root) if is_list else schema
    choices = value.get("enum", [value["const"]] if "const" in value else [])
    if not isinstance(choices, list) or any(isinstance(c, list | dict) for c in choices):
        raise _SchemaError(f"{'.'.join(path)}: its choices have to be a list of values")
    choices = [choice for choice in choices if choice is not None]
    kind: Kind = value.get("type") or "string"
    if kind not in get_args(Kind):
        raise _SchemaError(
            f"{'.'.join(path)}: values are texts, numbers, booleans and lists of them"
        )
    described = schema.get("description") or value.get("description") or ""
    return Field(path, kind, is_list, tuple(choices), str(described))


def _plain(schema: Any, root: Mapping[str, Any]) -> Mapping[str, Any]:
    """A schema without references, and without the alternative null."""
    outer: dict[str, Any] = {}
    for _ in range(MAX_DEPTH * 2):
        if not isinstance(schema, dict):
            break
        outer = schema | {k: v for k, v in outer.items() if k == "description"}
        if "$ref" in schema:
            schema = _referred(schema["$ref"], root)
        elif alternatives := schema.get("anyOf") or schema.get("oneOf") or schema.get("allOf"):
            schema = _only(alternatives)
        else:
            kinds = schema.get("type")
            if isinstance(kinds, list):
                outer["type"] = next((k for k in kinds if k != "null"), None)
            return outer
    raise _SchemaError("the schema refers to what is not there, or to itself")


def _referred(reference: Any, root: Mapping[str, Any]) -> Any:
    found: Any = root
    for name in str(reference).removeprefix("#").strip("/").split("/"):
        found = found.get(name) if isinstance(found, dict) else None
    return found


def _only(alternatives: Any) -> Any:
    """The first that is not null."""
    if not isinstance(alternatives, list):
        return None
    others = [a for a in alternatives if not (isinstance(a, dict) and a.get("type") == "null")]
    return others[0] if others else None
