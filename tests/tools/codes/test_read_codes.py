"""The tool: codes, the fields of their contents, and what is not there."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.fakes.codes import code, page
from tools import Finding, PictureStore
from tools.read_codes import read_codes


def told(pixels: Any) -> list[Finding]:
    return list(read_codes.run(PictureStore().add(pixels)).findings)


@pytest.mark.parametrize("text", ["https://example.org/a?b=1", "你好 ￥12.50", "{e1.value} [e1]"])
def test_a_code_is_read_where_it_is(text: str) -> None:
    grey = code(text, scale=4)
    found, absent = told(page((grey, (120, 50)), size_wh=(500, 400)))
    assert (found.label, found.text, found.status) == ("QR Code", text, "found")
    assert (absent.label, absent.status) == ("bar code", "none")
    assert found.box_xyxy is not None
    left, top, right, bottom = found.box_xyxy
    assert 120 <= left < right <= 121 + grey.shape[1]
    assert 50 <= top < bottom <= 51 + len(grey)


def test_no_code_is_said_to_be_none() -> None:
    (finding,) = told(np.full((50, 50, 3), 200, np.uint8))
    assert (finding.status, finding.label, finding.value) == ("none", "code", 0)


def test_the_fields_of_a_content_stand_beside_it() -> None:
    found = told(page((code("WIFI:S:Blue Cafe;P:s3cret;;"), (40, 40))))
    assert [(f.label, f.text or f.value) for f in found] == [
        ("QR Code", "WIFI:S:Blue Cafe;P:s3cret;;"), ("network name", "Blue Cafe"),
        ("password", "s3cret"), ("bar code", 0),
    ]  # fmt: skip
    assert len({f.box_xyxy for f in found[:3]}) == 1


def test_what_cannot_be_read_has_no_text() -> None:
    torn = code("4012345123456", "EAN13", scale=3)
    torn[:, 60:90], torn[:, 150:175] = 255, 0
    found, absent = told(page((torn, (60, 40))))
    assert (found.label, found.text, found.status) == ("bar code that I cannot read", None, "found")
    assert (absent.label, absent.status) == ("QR Code", "none")
