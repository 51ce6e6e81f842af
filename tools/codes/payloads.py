"""What the content of a code means: Wi-Fi access, a contact, a call, a mail, a message, a place.

Pure functions of text. Whatever a content says is data: nothing is dialled, opened or followed.
Formats: the ZXing wiki's "Barcode Contents"; vCard is RFC 6350, mailto RFC 6068, geo RFC 5870.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import parse_qs, unquote

Fields = list[tuple[str, str]]
"""Labels of `tools/words/code_fields.txt` and their values, in the order of the content."""

_LINK = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
_PARTS = re.compile(r"((?:\\.|[^\\:;])*):((?:\\.|[^\\;])*);")
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_FOLDED = re.compile(r"\r?\n[ \t]")
_WIFI = {"S": "network name", "P": "password", "T": "encryption"}
_MECARD = {"N": "name", "ORG": "company", "TEL": "phone", "EMAIL": "email", "ADR": "address",
           "URL": "url"}  # fmt: skip
_VCARD = _MECARD | {"FN": "name", "TITLE": "title"}
_MAIL = {"TO": "email", "SUB": "subject", "BODY": "message"}


def is_link(content: str) -> bool:
    """Whether all of a content is an address of the web."""
    return _LINK.fullmatch(content.strip()) is not None


def fields_of(content: str) -> Fields:
    """The fields that a content holds; none where it is plain text or a link.

    A field without a value is left out; one that stands there twice is given twice.
    """
    head, _, rest = content.strip().partition(":")
    reader = _READERS.get(head.casefold().strip())
    fields = reader(rest) if reader else []
    return [(label, value.strip()) for label, value in fields if value.strip()]


def _parts(names: dict[str, str], content: str) -> Fields:
    """`KEY:value;KEY:value;;` with backslashes before what would end a value."""
    return [
        (names[key.strip().upper()], _ESCAPED.sub(r"\1", value))
        for key, value in _PARTS.findall(content + ";")
        if key.strip().upper() in names
    ]


def _wifi(content: str) -> Fields:
    return _parts(_WIFI, content)


def _mecard(content: str) -> Fields:
    return [(label, _in_order(label, value)) for label, value in _parts(_MECARD, content)]


def _matmsg(content: str) -> Fields:
    return _parts(_MAIL, content)


def _in_order(label: str, value: str) -> str:
    """A name that is written family name first, in the order in which it is said."""
    family, comma, given = value.partition(",")
    return f"{given.strip()} {family.strip()}" if label == "name" and comma else value


def _vcard(content: str) -> Fields:
    """Of a name in parts (`N`) and one as it is said (`FN`), the latter."""
    read = list(_vcard_lines(content))
    is_said = any(key == "FN" for key, _ in read)
    return [
        (_VCARD[key], _value(key, value)) for key, value in read if not (is_said and key == "N")
    ]


def _vcard_lines(content: str) -> Iterator[tuple[str, str]]:
    for line in _FOLDED.sub("", content).splitlines():
        head, colon, value = line.partition(":")
        key = head.partition(";")[0].rpartition(".")[2].strip().upper()
        if colon and key in _VCARD:
            yield key, value.removeprefix("tel:")


def _value(key: str, value: str) -> str:
    parts = [_ESCAPED.sub(r"\1", p).strip() for p in re.split(r"(?<!\\);", value)]
    if key == "N":  # family; given; additional; prefix; suffix
        family, given, *_ = [*parts, "", ""]
        return f"{given} {family}"
    return ", ".join(filter(None, parts))


def _mailto(content: str) -> Fields:
    address, _, query = content.partition("?")
    more = parse_qs(query)
    named = (("subject", "subject"), ("message", "body"))
    return [
        ("email", unquote(address)),
        *((label, v) for label, k in named for v in more.get(k, ())),
    ]


def _tel(content: str) -> Fields:
    return [("phone", unquote(content.partition(";")[0]))]


def _sms(content: str) -> Fields:
    """`smsto:number:message` and `sms:number?body=message`."""
    number, _, message = content.partition(":")
    number, _, query = number.partition("?")
    return [
        ("phone", unquote(number)),
        ("message", message or "".join(parse_qs(query).get("body", ()))),
    ]


def _geo(content: str) -> Fields:
    return [("location", ", ".join(re.split(r"[?;]", content)[0].split(",")[:2]))]


_READERS = {
    "wifi": _wifi, "mecard": _mecard, "begin": _vcard, "mailto": _mailto, "matmsg": _matmsg,
    "tel": _tel, "sms": _sms, "smsto": _sms, "geo": _geo,
}  # fmt: skip
