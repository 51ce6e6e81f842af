"""Dominant colours by name: pixels are assigned to the nearest named colour in OKLab.

Of a region it looks at the thing in it (`tools.pictures.masks`), and as a person does: vivid pixels
count more than dull ones, which are shadows and reflections mostly, and what is white is white in
the shade as well. How it does on photographs: `benchmarks/colours.py`.

Where a colour is flat, as in drawings, its finding says where it lies, and of several the shape.

Deterministic. The names are the eleven basic colour terms (Berlin and Kay, 1969) and a few for what
lies between them (teal, beige); each is stood for by several sRGB points
(`tools/words/colour_points.txt`), so that dark red and light red are both red. The points were
chosen with the xkcd colour survey (Munroe, 2010; CC0) and photographs: 91 % of its names that end
in a basic term, and hold no second one, get that term.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Literal

from tools.base import vision_tool
from tools.evidence import BoxXyxy, Finding, Region, Status, ToolReport
from tools.pictures.masks import SAME, border, outwards, plain_ground, thing_weights, window
from tools.pictures.oklab import oklab
from tools.pictures.shapes import shape_of
from tools.pictures.store import Picture
from tools.words.colour_points import colour_points
from tools.words.labels import COLOURS

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, np.dtype[np.float64]]
    Indices = np.ndarray[Any, np.dtype[np.int64]]
    Mask = np.ndarray[Any, np.dtype[np.bool_]]

Part = Literal["thing", "background", "all"]

MAX_COLOURS = 5
MIN_SHARE = 0.03
SAMPLE_SIDE = 160
THING_SIDE = 64
"""Pixels along each side that are looked at, evenly spaced: of a picture, of a region."""
LIGHTNESS_WEIGHT = 0.2
"""Names hang on hue and chroma more than on lightness."""
DULL = 0.1
VIVID = 0.2
"""A pixel of a thing counts `(1 + chroma / DULL) ** 2`, and no more than at chroma `VIVID`."""
LIT = 0.7
SHADE = 0.35
"""Grey of a thing that is this light where it is lit is white, down to `SHADE` darker ..."""
FLAT = 0.03
"""... but only where its lightness differs by more than this: what is flat has no shade."""
EVEN = 0.9
"""The share of a colour's pixels that are one to the eye where it is flat, as in drawings."""


@vision_tool(version="4")
def describe_colors(
    picture: Picture, region: Region | None = None, part: Part | None = None
) -> ToolReport:
    """Name the main colours.

    Of a region: the colours of the thing in it, the most striking first. Without one: where the
    picture shows something on a plain ground, the thing's colours with its box, and the ground's,
    marked as background; else all colours, largest first. Shares are those of what is told of.

    `part` of the picture is told of; None for what there is to tell.
    """
    sample = _Sample(picture, region)
    if region is not None:
        findings = _of_region(sample, region, part)
    elif part == "all":
        findings = sample.drawn(sample.opaque, is_thing=False)
    else:
        findings = _of_picture(sample, part)
    if not findings:  # all of it is transparent
        box = region.box_xyxy if region else None
        findings = [
            Finding(
                picture=picture.ref, box_xyxy=box, label="color", value=0, status="none", score=1.0
            )
        ]
    return ToolReport(summary=f"describe_colors {picture.ref.id}", findings=tuple(findings))


def _of_picture(sample: _Sample, part: Part | None) -> list[Finding]:
    """The thing on a plain ground, and the ground; without one, `_without_ground`."""
    found = plain_ground(sample.pixels, sample.opaque)
    if found is None:
        return _without_ground(sample, part)
    thing, ground = found
    findings = []
    if part != "background":
        findings += sample.drawn(sample.without_soft_edges(thing, ground))
    if part != "thing":
        findings += sample.findings(ground, text="background")
    return findings


def _of_region(sample: _Sample, region: Region, part: Part | None) -> list[Finding]:
    """The colours of the thing in a region, or of what is around it."""
    weights = thing_weights(sample.pixels, sample.box_xyxy, sample.opaque)
    mask = weights > 0
    if part == "background" and (around := sample.opaque & ~mask).any():
        return sample.findings(around, box_xyxy=region.box_xyxy, text="background")
    shares = thing_shares(sample.pixels[mask], weights[mask]) if mask.any() else {}
    return sample.as_findings(shares, box_xyxy=region.box_xyxy)


def _without_ground(sample: _Sample, part: Part | None) -> list[Finding]:
    """Of a picture without a plain ground: its border as background, else all of it.

    What was asked for as a thing is not to be seen as one, so that its colours are unsure.
    """
    edge = border(sample.pixels) & sample.opaque
    if part == "background" and edge.any():
        return sample.findings(edge, text="background")
    if part == "thing":
        return sample.findings(sample.opaque, status="unsure")
    return sample.drawn(sample.opaque, is_thing=False)


class _Sample:
    """Pixels of a picture, or of a region and what is around it, evenly spaced.

    `pixels` is uint8 RGB (height, width, 3), `opaque` (height, width); `box_xyxy` is the region in
    pixels of the sample (all of it without a region).
    """

    def __init__(self, picture: Picture, region: Region | None) -> None:
        import numpy as np

        self.picture = picture
        box = region.box_xyxy if region else (0, 0, picture.ref.width, picture.ref.height)
        left, top, right, bottom = window(box, picture.pixels.shape)
        side = THING_SIDE if region else SAMPLE_SIDE
        self.rows, self.columns = (
            np.unique(np.linspace(start, end - 1, min(side, end - start)).astype(int))
            for start, end in ((top, bottom), (left, right))
        )
        self.pixels = picture.pixels[self.rows][:, self.columns]
        self.opaque: Mask = (
            np.ones(self.pixels.shape[:2], bool)
            if picture.opaque is None
            else picture.opaque[self.rows][:, self.columns]
        )
        x1, y1, x2, y2 = outwards(box)
        edges = (*np.searchsorted(self.columns, (x1, x2)), *np.searchsorted(self.rows, (y1, y2)))
        self.box_xyxy: BoxXyxy = tuple(float(edges[i]) for i in (0, 2, 1, 3))  # type: ignore[assignment]

    def box_of(self, mask: Mask) -> BoxXyxy:
        """What a mask covers, in pixels of the picture, exact to the space between samples."""
        import numpy as np

        left, right = _ends(np.any(mask, axis=0), self.columns, self.picture.ref.width)
        top, bottom = _ends(np.any(mask, axis=1), self.rows, self.picture.ref.height)
        return (left, top, right, bottom)

    def findings(self, mask: Mask, **more: Any) -> list[Finding]:
        """The colours of the pixels of a mask; none where it is empty."""
        return self.as_findings(colour_shares(self.pixels[mask]) if mask.any() else {}, **more)

    def drawn(self, mask: Mask, *, is_thing: bool = True) -> list[Finding]:
        """The colours of a mask; a flat one with its own box, several flat ones with their shapes.

        The box of what is not flat is that of all of the thing.
        """
        import numpy as np

        findings = self.as_findings(
            colour_shares(self.pixels[mask]) if mask.any() else {},
            box_xyxy=self.box_of(mask) if is_thing and mask.any() else None,
        )
        if not findings:
            return []
        lab = oklab(self.pixels[mask])
        names = _nearest(lab)
        placed = []
        for finding in findings:
            own = names == COLOURS.index(str(finding.label))
            if not _is_flat(lab[own]):
                placed.append(finding)
                continue
            area = np.zeros_like(mask)
            area[mask] = own
            shape = shape_of(area, self._aspect(area)) if is_thing and len(findings) > 1 else None
            more = {"box_xyxy": self.box_of(area), "text": shape}
            placed.append(finding.model_copy(update=more))
        return placed

    def _aspect(self, mask: Mask) -> float:
        left, top, right, bottom = self.box_of(mask)
        return (right - left) / (bottom - top)

    def without_soft_edges(self, thing: Mask, ground: Mask) -> Mask:
        """The thing without pixels that mix it with its ground, if anything of it is left.

        Such a pixel has a neighbour that is more like the ground, and one that is less.
        """
        import numpy as np

        behind = ground if ground.any() else ~self.opaque
        colour = oklab(np.median(self.pixels[behind], axis=0))
        middle = self._distances(colour, 0, 0)
        around = np.stack(
            [self._distances(colour, *step) for step in ((0, 1), (0, -1), (1, 0), (-1, 0))]
        )
        soft = (around.max(axis=0) > middle + SAME) & (around.min(axis=0) < middle - SAME)
        hard = thing & ~soft
        return hard if hard.any() else thing

    def _distances(self, colour: Array, down: int, across: int) -> Array:
        """How far the neighbours of the sample's pixels are from a colour, in OKLab."""
        import numpy as np

        pixels = self.picture.pixels
        rows = np.clip(self.rows + down, 0, pixels.shape[0] - 1)
        columns = np.clip(self.columns + across, 0, pixels.shape[1] - 1)
        return np.asarray(np.sqrt(((oklab(pixels[rows][:, columns]) - colour) ** 2).sum(axis=2)))

    def as_findings(
        self,
        shares: dict[str, float],
        *,
        box_xyxy: BoxXyxy | None = None,
        text: str | None = None,
        status: Status = "found",
    ) -> list[Finding]:
        """Shares as findings: the largest first, and no tiny ones."""
        return [
            Finding(
                picture=self.picture.ref,
                box_xyxy=box_xyxy,
                label=name,
                text=text,
                value=round(share, 4),
                value_type="share",
                score=round(_certainty(name, shares), 4),
                status=status,
            )
            for name, share in list(shares.items())[:MAX_COLOURS]
            if share >= MIN_SHARE
        ]


def _is_flat(lab: Array) -> bool:
    """Whether nearly all of these colours (n, 3) are one to the eye."""
    import numpy as np

    near = np.sqrt(((lab - np.median(lab, axis=0)) ** 2).sum(axis=1)) <= SAME
    return bool(near.mean() >= EVEN)


def _ends(covered: Mask, places: np.ndarray[Any, Any], size: int) -> tuple[float, float]:
    """First and last place that is covered, the last one exclusive."""
    import numpy as np

    first, last = np.flatnonzero(covered)[[0, -1]]
    end = places[last + 1] if last + 1 < len(places) else size
    return float(places[first]), float(end)


def colour_shares(rgb: np.ndarray[Any, Any]) -> dict[str, float]:
    """Shares of the named colours among uint8 RGB pixels (n, 3), largest first; they sum to 1."""
    import numpy as np

    return _totals(_nearest(oklab(rgb)), np.ones(len(rgb)))


def thing_shares(rgb: np.ndarray[Any, Any], weights: Array) -> dict[str, float]:
    """What a person would call the colours of a thing, most striking first; shares sum to 1.

    Args:
        rgb: its pixels, uint8 (n, 3), n > 0.
        weights: how much each counts by its place, (n,), not all 0.
    """
    import numpy as np

    lab = oklab(rgb)
    names = _nearest(lab)
    black, white, grey = (COLOURS.index(name) for name in ("black", "white", "grey"))
    neutral = (names == black) | (names == white) | (names == grey)
    if neutral.any():
        lit, dark = _quantiles(lab[neutral, 0], weights[neutral], (0.85, 0.15))
        if lit > LIT and lit - dark > FLAT:
            names[(names == grey) & (lab[:, 0] > lit - SHADE)] = white
    chroma = np.minimum(np.hypot(lab[:, 1], lab[:, 2]), VIVID)
    return _totals(names, weights * (1 + chroma / DULL) ** 2)


def _nearest(lab: Array) -> Indices:
    """The index in `COLOURS` of the nearest named point of each colour in OKLab (n, 3)."""
    import numpy as np

    names, points = _points()
    scale = np.array([LIGHTNESS_WEIGHT, 1.0, 1.0])
    near = points * scale
    # |a - b|² without |a|², which is the same for all points
    apart = (near**2).sum(axis=1) - 2 * (lab * scale) @ near.T
    return np.asarray(names[apart.argmin(axis=1)])


@cache
def _points() -> tuple[Indices, Array]:
    """For each named point the index of its name in `COLOURS`, and where it lies in OKLab."""
    import numpy as np

    named = [(name, point) for name, points in colour_points().items() for point in points]
    indices = np.array([COLOURS.index(name) for name, _ in named])
    return indices, oklab(np.array([point for _, point in named]))


def _totals(names: Indices, weights: Array) -> dict[str, float]:
    """Shares of the weights by name, largest first; `names` are indices in `COLOURS`."""
    import numpy as np

    totals = np.bincount(names, weights, minlength=len(COLOURS))
    shares = {n: float(t) for n, t in zip(COLOURS, totals / totals.sum(), strict=True) if t > 0}
    return dict(sorted(shares.items(), key=lambda item: (-item[1], item[0])))


def _quantiles(values: Array, weights: Array, shares: tuple[float, float]) -> list[float]:
    """The values up to which these shares of the weights lie."""
    import numpy as np

    order = values.argsort()
    reached = weights[order].cumsum()
    places = np.searchsorted(reached, np.multiply(shares, reached[-1]))
    return [float(values[order][min(place, len(values) - 1)]) for place in places]


def _certainty(name: str, shares: dict[str, float]) -> float:
    """How clearly a colour stands out: its share against that of the strongest other colour."""
    rival = max((share for other, share in shares.items() if other != name), default=0.0)
    return shares[name] / (shares[name] + rival)
