"""Draws evidence into a picture, with the `supervision` library."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL import Image

    from tools.evidence import Evidence

CROWDED = 12
"""With more boxes than this, labels are ids only."""


def draw(picture: Image.Image, evidence: Sequence[Evidence]) -> Image.Image:
    """A copy of an RGB picture with boxes (`box_xyxy`, pixels) and labels such as `e1 dog 0.91`.

    Where an estimate was made, there are only the corners of a box.
    """
    import numpy as np
    import supervision as sv

    if not evidence:
        return picture.copy()
    size_wh = picture.size
    thickness = sv.calculate_optimal_line_thickness(size_wh)
    detections = sv.Detections(
        xyxy=np.asarray([e.box_xyxy for e in evidence], dtype=np.float32),
        confidence=np.asarray([e.score for e in evidence], dtype=np.float32),
        class_id=np.arange(len(evidence)),
    )
    labels = [label_of(e, short=len(evidence) > CROWDED) for e in evidence]
    seen = np.asarray([e.kind == "direct" for e in evidence])
    boxed = sv.BoxAnnotator(thickness=thickness).annotate(picture.copy(), detections[seen])
    guessed = detections[~seen]
    corner = max(1, int(np.sqrt(guessed.area.min(initial=np.inf)) / 4)) if len(guessed) else 1
    boxed = sv.BoxCornerAnnotator(thickness=thickness, corner_length=corner).annotate(
        boxed, guessed
    )
    labelled: Image.Image = sv.LabelAnnotator(
        text_scale=sv.calculate_optimal_text_scale(size_wh),
        text_thickness=max(1, thickness // 2),
        text_padding=2 + thickness,
        smart_position=True,
    ).annotate(boxed, detections, labels=labels)
    return labelled


def label_of(evidence: Evidence, *, short: bool) -> str:
    """`e1 dog 0.91`, `e2 animal: dog 0.91`, `e3 total = 60.30 0.98`, `e5 estimate: yes 0.62`.

    `e4 0.97` where the font has no such letters.
    """
    if short:
        return evidence.id
    words = evidence.label or ""
    if evidence.kind == "estimate":
        words = f"estimate: {words if evidence.value is None else evidence.value}"
    elif evidence.member is not None:
        words += f": {evidence.member}"
    elif evidence.value is not None and evidence.value_type != "characters":
        words += f" = {evidence.value}"
    if not words.isascii():
        words = ""
    return " ".join([evidence.id, *words.split(), f"{evidence.score:.2f}"])
