"""One explanation: what a picture's regions count for one answer, by one method.

Answers and evidence are the agent's; drawing is `tools.explain.overlay`'s.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from tools.errors import InputError
from tools.evidence import BoxXyxy, Region
from tools.explain import regions as cut
from tools.explain.faithfulness import RANDOM_ORDERS, STEPS, Faithfulness, faithfulness
from tools.explain.gradcam import grad_cam
from tools.explain.perturbation import SAMPLES, weights_of_regions
from tools.explain.regions import Regions
from tools.explain.subjects import Subject
from tools.networks.encoders import Rgb
from tools.pictures.picture import Picture

Method = Literal["lime", "shap", "gradcam", "attention"]
Cut = Literal["superpixels", "grid", "boxes"]

LONGEST = 640
"""Pixels of the longer side of what is explained: no network here sees more of a whole picture."""


@dataclass(frozen=True)
class View:
    """What of a picture is explained: all of it or a region, made smaller where it is large."""

    pixels: Rgb
    box_xyxy: BoxXyxy
    """In pixels of the picture."""

    @property
    def _scale(self) -> tuple[float, float]:
        left, top, right, bottom = self.box_xyxy
        height, width = self.pixels.shape[:2]
        return (right - left) / width, (bottom - top) / height

    def to_picture(self, box_xyxy: BoxXyxy) -> BoxXyxy:
        """A box of the view in pixels of the picture."""
        (dx, dy), (left, top, right, bottom) = self._scale, box_xyxy
        x, y = self.box_xyxy[:2]
        return (x + left * dx, y + top * dy, x + right * dx, y + bottom * dy)

    def from_picture(self, box_xyxy: BoxXyxy) -> BoxXyxy | None:
        """A box of the picture in pixels of the view; None where it lies outside of it."""
        (dx, dy), (left, top, right, bottom) = self._scale, box_xyxy
        x, y = self.box_xyxy[:2]
        height, width = self.pixels.shape[:2]
        columns = np.clip([(left - x) / dx, (right - x) / dx], 0, width).round()
        rows = np.clip([(top - y) / dy, (bottom - y) / dy], 0, height).round()
        if columns[0] >= columns[1] or rows[0] >= rows[1]:
            return None
        return (float(columns[0]), float(rows[0]), float(columns[1]), float(rows[1]))


def view_of(picture: Picture, region: Region | None) -> View:
    """What a look at a picture, or at a region of it, has before it."""
    from PIL import Image

    image = Image.fromarray(np.ascontiguousarray(picture.crop(region)))
    box = region.box_xyxy if region else (0.0, 0.0, float(image.width), float(image.height))
    image.thumbnail((LONGEST, LONGEST))
    return View(np.asarray(image), box)


@dataclass(frozen=True)
class Explanation:
    """What counts for a score, in pixels of the view.

    `heat` is float64 (height, width); `scores` (regions,) are what each region is worth: LIME's and
    SHAP's in units of the score, negative where it speaks against; Grad-CAM's and the attention's
    as shares of the greatest.
    """

    method: Method
    view: View
    heat: NDArray[np.float64]
    regions: Regions
    scores: NDArray[np.float64]
    whole: float
    """The score of the whole view."""
    faithfulness: Faithfulness | None = None

    @property
    def ranked(self) -> list[tuple[BoxXyxy, float]]:
        """Boxes in pixels of the picture with their scores, the most important first."""
        order = np.argsort(-self.scores, kind="stable")
        boxes = self.regions.boxes_xyxy
        return [(self.view.to_picture(boxes[at]), float(self.scores[at])) for at in order]


@dataclass(frozen=True)
class Request:
    """How to explain; `boxes_xyxy` (pixels of the picture) are the regions of the cut `boxes`."""

    method: Method
    cut: Cut = "superpixels"
    boxes_xyxy: Sequence[BoxXyxy] = ()
    samples: int = SAMPLES
    seed: int = 0
    measured: bool = False
    """Whether deletion and insertion are measured, too."""

    @property
    def total(self) -> int:
        """So many pictures are scored, about: for a progress bar."""
        looks = self.samples if self.method in ("lime", "shap") else 1
        return looks + self.measured * 2 * (STEPS + 1) * (1 + RANDOM_ORDERS)


def methods_for(subject: Subject) -> tuple[Method, ...]:
    """The methods that can explain it."""
    able = {"gradcam": subject.differentiable, "attention": subject.attention}
    return tuple(m for m in get_args(Method) if m not in able or able[m] is not None)


def explain(
    subject: Subject,
    view: View,
    request: Request,
    progress: Callable[[int], None] = lambda _: None,
) -> Explanation:
    """Explain a subject's score of a view.

    Raises:
        InputError: the method cannot explain it; the message names those that can.
    """
    if request.method not in (able := methods_for(subject)):
        raise InputError(
            f"what says {subject.what!r} shows nothing that --method {request.method} could look "
            f"into; it can be explained by {', '.join(able)}"
        )
    pixels = view.pixels
    whole = float(subject.score([pixels])[0])
    match request.method:
        case "lime" | "shap" as method:
            regions = _cut(view, request)
            scores = weights_of_regions(
                method, pixels, subject.score, regions,
                samples=request.samples, seed=request.seed, progress=progress,
            )  # fmt: skip
            heat = regions.painted(scores)
        case method:
            cells = _cells(subject, pixels, method)
            regions = cut.grid(pixels, *cells.shape)
            scores, heat = cells.reshape(-1), _enlarged(cells, pixels)
    measured = None
    if request.measured:
        measured = faithfulness(pixels, subject.score, heat, regions, request.seed)
        progress(request.total)
    return Explanation(request.method, view, heat, regions, scores, whole, measured)


def _cut(view: View, request: Request) -> Regions:
    if request.cut == "superpixels":
        return cut.superpixels(view.pixels)
    boxes = (view.from_picture(box) for box in request.boxes_xyxy if request.cut == "boxes")
    return cut.boxes_on_grid(view.pixels, [box for box in boxes if box is not None])


def _cells(subject: Subject, pixels: Rgb, method: Method) -> NDArray[np.float64]:
    """The map of a network's grid, the greatest 1; all 0 where nothing counts."""
    cells: NDArray[np.float32] | None = None
    if method == "gradcam" and subject.differentiable is not None:
        cells = grad_cam(subject.differentiable(pixels), pixels)
    elif subject.attention is not None:
        cells = subject.attention(pixels)
    assert cells is not None  # methods_for has seen to it
    return np.asarray(cells / max(float(cells.max()), 1e-12), np.float64)


def _enlarged(cells: NDArray[np.float64], pixels: Rgb) -> NDArray[np.float64]:
    """A map of cells as one of pixels, without steps between the cells."""
    from PIL import Image

    height, width = pixels.shape[:2]
    image = Image.fromarray(cells.astype(np.float32))
    return np.asarray(image.resize((width, height), Image.Resampling.BICUBIC), np.float64)
