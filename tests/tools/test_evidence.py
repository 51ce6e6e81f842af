from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from tools.evidence import Finding, PictureRef, Region, clip_box

REF = PictureRef(id="img_1", sha256="0" * 64, width=100, height=50)


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"label": "dog", "score": 1.5},
        {"label": "dog", "score": -0.1},
        {"label": "dog", "score": float("nan")},
        {"label": "dog", "box_xyxy": (0, 0, 101, 10)},
        {"label": "dog", "box_xyxy": (10, 0, 10, 10)},
        {"label": "dog", "box_xyxy": (20, 0, 10, 10)},
        {"label": "dog", "box_xyxy": (-1, 0, 10, 10)},
        {"label": "dog", "box_xyxy": (0, 0, float("nan"), 10)},
        {"label": "dog", "status": "maybe"},
        {"label": "dog", "colour": "red"},
    ],
)
def test_malformed_findings_are_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Finding(**({"picture": REF, "score": 0.5} | fields))


def test_findings_do_not_change() -> None:
    finding = Finding(picture=REF, label="dog", score=0.5)
    with pytest.raises(ValidationError):
        finding.score = 0.9


COORDINATE = st.floats(-200, 200)


@given(COORDINATE, COORDINATE, COORDINATE, COORDINATE)
def test_a_clipped_box_is_inside_or_nothing(
    left: float, top: float, right: float, bottom: float
) -> None:
    box = clip_box((left, top, right, bottom), REF)
    if box is not None:
        Region(picture=REF, box_xyxy=box)
