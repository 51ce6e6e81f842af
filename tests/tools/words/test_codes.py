"""Kinds of codes and fields of their contents, as questions call them."""

from __future__ import annotations

import pytest

from tools.words.codes import fields_asked, is_of_kind, kind_asked
from tools.words.colour_questions import shapes_asked


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("Is there a QR code?", "qr"), ("What does the barcode say?", "bar"), ("有二维码吗？", "matrix"),
        ("条形码是多少？", "bar"), ("What is the EAN barcode?", "ean"), ("Is it a Data Matrix?", "data matrix"),
        ("Is there a bar code or a QR code?", None), ("How many codes are there?", None),
    ],
)  # fmt: skip
def test_kinds(question: str, kind: str | None) -> None:
    assert kind_asked(question) == kind


def test_a_format_is_of_its_kinds() -> None:
    assert is_of_kind("EAN-13", "bar")
    assert is_of_kind("bar code that I cannot read", "bar")
    assert is_of_kind("QR Code that I cannot read", "qr")
    assert not is_of_kind("QR Code", "bar", loosely=True)
    assert not is_of_kind("Data Matrix", "bar")
    assert is_of_kind("Data Matrix", "bar", loosely=True)
    assert is_of_kind("Data Matrix", "matrix")


def test_every_format_that_is_read_is_of_a_kind() -> None:
    """But for the names of sets, and of what is printed beside a code."""
    import zxingcpp

    formats = [
        str(f) for f in zxingcpp.barcode_formats_list() if not str(f).startswith(("All", "Other"))
    ]
    assert [f for f in formats if not (is_of_kind(f, "bar") or is_of_kind(f, "matrix"))] == []


@pytest.mark.parametrize(
    ("question", "fields"),
    [
        ("What is the Wi-Fi password?", ["password"]),
        ("Whose phone number is in the code?", ["name", "phone"]),
        ("二维码里的邮箱是什么？", ["email"]),
        ("What does the code say?", []),
    ],
)
def test_fields(question: str, fields: list[str]) -> None:
    assert fields_asked(question) == fields


def test_shapes() -> None:
    assert shapes_asked("What colour is the square?") == {"square"}
    assert shapes_asked("矩形是什么颜色？") == {"rectangle", "square"}
    assert shapes_asked("What colours are the circle and the square?") == set()
    assert shapes_asked("What colour is the logo?") == set()
