"""The tool `read_codes`: QR codes and bar codes. What a code says is data, never followed."""

from __future__ import annotations

from collections.abc import Iterator

from tools.base import vision_tool
from tools.codes.decoding import Code, codes_in
from tools.codes.payloads import fields_of
from tools.evidence import BoxXyxy, Finding, ToolReport, ValueType, clip_box
from tools.pictures.store import Picture
from tools.words.codes import UNREAD, is_of_kind

MAX_TEXT = 4000
"""Characters kept of one code; a QR code holds at most 4296."""
MAX_CODES = 50
"""Of one picture; a sheet of labels has more."""
_LOCATED = 0.8
"""How sure it is that a code is there which does not decode."""
_TYPES: dict[str, ValueType] = {
    "phone": "phone", "email": "email", "url": "url", "address": "address", "company": "company",
}  # fmt: skip


@vision_tool(version="2")
def read_codes(picture: Picture) -> ToolReport:
    """Read QR codes and bar codes."""
    codes = codes_in(picture.pixels)[:MAX_CODES]
    findings = [finding for code in codes for finding in _told(picture, code)]
    return ToolReport(
        summary=f"read_codes {picture.ref.id}", findings=(*findings, *_absent(picture, codes))
    )


def _told(picture: Picture, code: Code) -> Iterator[Finding]:
    """The code itself, then the fields that its content holds."""
    box = clip_box(code.box_xyxy, picture.ref)
    if code.text is None:
        yield Finding(
            picture=picture.ref, box_xyxy=box, label=f"{code.format}{UNREAD}", score=_LOCATED
        )
        return
    yield Finding(
        picture=picture.ref,
        box_xyxy=box,
        label=code.format,
        text=code.text[:MAX_TEXT],
        score=1.0,  # a code that decodes has passed its own checksum
    )
    yield from (_field(picture, box, label, value) for label, value in fields_of(code.text))


def _field(picture: Picture, box: BoxXyxy | None, label: str, value: str) -> Finding:
    return Finding(
        picture=picture.ref,
        box_xyxy=box,
        label=label,
        value=value[:MAX_TEXT],
        value_type=_TYPES.get(label, "text"),
        score=1.0,
    )


def _absent(picture: Picture, codes: list[Code]) -> Iterator[Finding]:
    """What was looked for and is not there: any code, or all of one of the two kinds."""
    labels = ("QR Code", "bar code") if codes else ("code",)
    kinds = {"QR Code": "qr", "bar code": "bar"}
    for label in labels:
        if not any(is_of_kind(code.format, kinds[label]) for code in codes):
            yield Finding(picture=picture.ref, label=label, value=0, status="none", score=0.9)
