from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tools.reading.phones import with_phone_regions
from tools.reading.values import emails, phones, times, typed_values, urls


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("04/03/201815:41:52", ["15:41:52"]),
        ("[Sales]2018-01-0522:55:25 Pos", ["22:55:25"]),
        ("5:41:06 PM", ["5:41:06 PM"]),
        ("时间：18:05", ["18:05"]),
        ("25:61", []),
        ("Doors 7 pm, show 8.30 p.m.", ["7 pm", "8.30 p.m."]),
        ("9 Uhr bis 17.30 Uhr", ["9 Uhr", "17.30 Uhr"]),
        ("à 19h30", ["19h30"]),
        ("下午3点半", ["下午3点半"]),
        ("80 pm 8.5点 1,2 am", []),
    ],
)
def test_times(text, values):
    assert [typed.value for typed in times(text)] == values


@pytest.mark.parametrize(
    ("text", "labelled", "values"),
    [
        ("Tel:07-3507405 Fax:07-3558160", False, ["07-3507405", "07-3558160"]),
        ("+6012-506 0668", False, ["+6012-506 0668"]),
        ("GST ID:000849813504", False, []),
        ("TEL 5551234", True, ["5551234"]),
        ("5551234", False, []),
        ("电话 021-62345678", False, ["021-62345678"]),
        ("19/10/2018", True, []),
        ("(02) 9374 4000", False, ["(02) 9374 4000"]),
        ("020 7946 0958", False, ["020 7946 0958"]),
        ("030 / 23 12 50", False, ["030 / 23 12 50"]),
        ("01 42 68 53 00", False, ["01 42 68 53 00"]),
        ("(212) 736-5000", False, ["(212) 736-5000"]),
        ("1-800-275-2273", False, ["1-800-275-2273"]),
        ("+49 30 901820", False, ["+49 30 901820"]),
        ("Tfno: 91 523 16 04", False, ["91 523 16 04"]),
        ("207-775-2233", False, ["207-775-2233"]),
        ("Lot 91 5231 604", False, []),
        ("20 77 52 2", False, []),
        ("Tel 03-7722 1111/012-555 1212", True, ["03-7722 1111", "012-555 1212"]),
        ("Tel 03-7722 1111.012-555 1212", False, ["03-7722 1111", "012-555 1212"]),
        ("TEL 1-300-80-FROG (3764)", True, []),
        ("Invoice No 01-145995", False, []),
        ("INV NO: AB-0108558", False, []),
        ("0.72 10 10 7.20", False, []),
        ("Date : 04-04-2018 14:26:20", False, []),
        ("Date : 06-05-201812:43:19", False, []),
        ("0304662 J. DOE", False, []),
    ],
)
def test_phones(text, labelled, values):
    assert [typed.value for typed in phones(text, labelled=labelled)] == values


def test_phones_of_other_countries():
    kigali = "Ring 0252 588 888"
    with with_phone_regions(["GB"]):
        assert phones("030 / 23 12 50") == []
        assert phones(kigali) == []
    with with_phone_regions(["RW"]):
        assert [typed.value for typed in phones(kigali)] == ["0252 588 888"]


def test_web_and_mail():
    assert [t.value for t in emails("write to a.b @example.com.my, or")] == ["a.b@example.com.my"]
    assert [t.value for t in urls("www.example.com/a, then shop-it.com.my.")] == [
        "www.example.com/a",
        "shop-it.com.my",
    ]
    assert urls("mail x@example.com") == []


@settings(deadline=None)
@given(st.text(max_size=60))
def test_no_text_breaks_the_finders_and_spans_are_inside(text):
    for typed in typed_values(text):
        assert 0 <= typed.start < typed.end <= len(text)
        assert typed.value
