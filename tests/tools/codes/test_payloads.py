"""What contents of codes mean, and that nothing else is made of them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.codes.payloads import fields_of, is_link
from tools.words.codes import field_names

CARD = (
    "BEGIN:VCARD\r\nVERSION:3.0\r\nN:Okafor;Ruth;;Dr.\r\nFN:Ruth Okafor\r\nORG:Delta Tiles;Sales\r\n"
    "item1.TEL;TYPE=CELL:+44 20 7946 0018\r\nADR;TYPE=HOME:;;12 Mill Lane;Leeds;;LS1 4AB;UK\r\n"
    "EMAIL:ruth@delta\r\n .example\r\nEND:VCARD"
)


@pytest.mark.parametrize(
    ("content", "fields"),
    [
        (r"WIFI:T:WPA;S:Blue\; Cafe;P:a\\b:c;H:true;;",
         [("encryption", "WPA"), ("network name", "Blue; Cafe"), ("password", r"a\b:c")]),
        ("wifi:S:Open;;", [("network name", "Open")]),
        (CARD, [("name", "Ruth Okafor"), ("company", "Delta Tiles, Sales"),
                ("phone", "+44 20 7946 0018"), ("address", "12 Mill Lane, Leeds, LS1 4AB, UK"),
                ("email", "ruth@delta.example")]),
        ("BEGIN:VCARD\nN:Ito;Ken\nTEL:tel:+81-3-1\nEND:VCARD", [("name", "Ken Ito"), ("phone", "+81-3-1")]),
        ("MECARD:N:Owen,Sean;TEL:+1 212;EMAIL:a@b.example;;",
         [("name", "Sean Owen"), ("phone", "+1 212"), ("email", "a@b.example")]),
        ("mailto:ada@x.example?subject=Hi%20there&body=yes",
         [("email", "ada@x.example"), ("subject", "Hi there"), ("message", "yes")]),
        ("MATMSG:TO:a@b.example;SUB:Hi;BODY:;;", [("email", "a@b.example"), ("subject", "Hi")]),
        ("tel:+49-30-1234;ext=2", [("phone", "+49-30-1234")]),
        ("SMSTO:+4930:See: you", [("phone", "+4930"), ("message", "See: you")]),
        ("sms:+49?body=Hi", [("phone", "+49"), ("message", "Hi")]),
        ("geo:52.52,13.40,34?q=x", [("location", "52.52, 13.40")]),
        ("https://a.example/tel:1", []), ("note: tel:12", []), ("", []), ("WIFI:", []),
    ],
)  # fmt: skip
def test_fields(content: str, fields: list[tuple[str, str]]) -> None:
    assert fields_of(content) == fields


@given(
    st.sampled_from(["WIFI:", "MECARD:", "BEGIN:VCARD\n", "mailto:", "sms:", "geo:", ""]), st.text()
)
def test_any_content_gives_known_fields_with_values(head: str, rest: str) -> None:
    for label, value in fields_of(head + rest):
        assert label in field_names()
        assert value == value.strip() != ""


def test_links() -> None:
    assert is_link("https://a.example/b?c=1")
    assert is_link("WWW.a.example")
    assert not is_link("see https://a.example")
    assert not is_link("javascript:alert(1)")
