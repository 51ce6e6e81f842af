"""Draws the evidence of an answer into its pictures, with the `supervision` library.

Reading pictures is `tools.pictures.store`'; what is drawn is what the answer cites.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from agent.cli.files import replacing
from agent.cli.render import cited
from tools.errors import InputError

if TYPE_CHECKING:
    from PIL import Image

    from agent.answer import Answer
    from tools.evidence import Evidence
    from tools.pictures.store import Picture

SUFFIXES = (".png", ".jpg", ".jpeg", ".webp")
CROWDED = 12
"""With more boxes than this, labels are ids only."""


def check_picture_name(path: Path) -> Path:
    """The path itself, if a picture can be written under that name.

    Raises:
        InputError: the suffix names no format.
    """
    if path.suffix.lower() not in SUFFIXES:
        raise InputError(f"--annotate {path}: the name must end in {', '.join(SUFFIXES)}")
    return path


def annotate(answer: Answer, pictures: list[Picture], path: Path) -> list[Path]:
    """Write each picture with its boxes; several become `out-1.png`, `out-2.png` …

    Boxes are those of the cited evidence; where nothing is cited, of all that was seen. Returns
    the paths written.
    """
    from PIL import Image

    shown = [e for e in cited(answer) or answer.evidence if e.status != "none"]
    written = []
    for number, picture in enumerate(pictures, start=1):
        several = len(pictures) > 1
        target = path.with_stem(f"{path.stem}-{number}") if several else path
        here = [e for e in shown if e.picture.id == picture.ref.id and e.box_xyxy is not None]
        with replacing(target) as temporary:
            draw(Image.fromarray(picture.pixels), here).save(temporary)
        written.append(target)
    return written


def draw(picture: Image.Image, evidence: list[Evidence]) -> Image.Image:
    """A copy of an RGB picture with boxes (`box_xyxy`, pixels) and labels such as `e1 dog 0.91`."""
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
    boxed = sv.BoxAnnotator(thickness=thickness).annotate(picture.copy(), detections)
    labelled: Image.Image = sv.LabelAnnotator(
        text_scale=sv.calculate_optimal_text_scale(size_wh),
        text_thickness=max(1, thickness // 2),
        text_padding=2 + thickness,
        smart_position=True,
    ).annotate(boxed, detections, labels=labels)
    return labelled


def label_of(evidence: Evidence, *, short: bool) -> str:
    """`e1 dog 0.91`, `e2 animal: dog 0.91`, `e3 total = 60.30 0.98`.

    `e4 0.97` where the font has no such letters.
    """
    if short:
        return evidence.id
    words = evidence.label or ""
    if evidence.member is not None:
        words += f": {evidence.member}"
    elif evidence.value is not None and evidence.value_type != "characters":
        words += f" = {evidence.value}"
    if not words.isascii():
        words = ""
    return " ".join([evidence.id, *words.split(), f"{evidence.score:.2f}"])
