"""Dominant colours by name: pixels are assigned to the nearest named colour in OKLab.

Deterministic, numpy only. The names are the eleven basic colour terms (Berlin and Kay, 1969); each
is stood for by several sRGB points, so that dark red and light red are both red. The points were
chosen with the xkcd colour survey (Munroe, 2010; CC0): 94 % of its 558 names that end in a basic
term get that term; of names that were kept apart while choosing, 88 %.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tools.base import vision_tool
from tools.evidence import Finding, Region, ToolReport
from tools.pictures.store import Picture

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, np.dtype[np.float64]]

MAX_COLOURS = 5
MIN_SHARE = 0.03
SAMPLE_SIDE = 160
"""Pixels along each side that are looked at, evenly spaced."""
LIGHTNESS_WEIGHT = 0.3
"""Names hang on hue and chroma more than on lightness."""

_PROTOTYPES: dict[str, tuple[str, ...]] = {
    "black": ("000000", "1a1a1a", "101820", "1c1410"),
    "white": ("ffffff", "f2f2f2", "fffaf0", "f0f4ff"),
    "grey": ("808080", "a9a9a9", "5a5a5a", "c8c8c8", "708090", "3c3c3c"),
    "red": ("ff0000", "c00000", "e03030", "8b0000", "dc143c", "b22222"),
    "orange": ("ffa500", "ff7f00", "ff8c00", "e07020", "f4a040", "ff5b00"),
    "yellow": ("ffff00", "ffd700", "f0e050", "fff080", "e0c000", "ffffa0"),
    "green": ("00ff00", "008000", "30a030", "90ee90", "006400", "6b8e23", "2e8b57",
              "9acd32", "05480d", "a6c875"),
    "blue": ("0000ff", "0000a0", "4070e0", "87ceeb", "000060", "1e90ff", "00b0f0",
             "4682b4", "d4ffff", "4f738e", "661aee", "42b395"),
    "purple": ("800080", "9030c0", "6a0dad", "4b0082", "ba55d3", "8a2be2", "805b87", "751973"),
    "pink": ("ffc0cb", "ff69b4", "ff90b0", "ff1493", "f0a0c0", "ff63e9"),
    "brown": ("8b4513", "654321", "a0522d", "5c3a1e", "7b5b3a", "b08050", "cba560"),
}  # fmt: skip


@vision_tool(version="2")
def describe_colors(picture: Picture, region: Region | None = None) -> ToolReport:
    """Name the dominant colours of a picture or of a region, with their shares, largest first."""
    import numpy as np

    pixels = picture.crop(region)
    rows = np.linspace(0, pixels.shape[0] - 1, min(SAMPLE_SIDE, pixels.shape[0])).astype(int)
    columns = np.linspace(0, pixels.shape[1] - 1, min(SAMPLE_SIDE, pixels.shape[1])).astype(int)
    sample = pixels[rows][:, columns].reshape(-1, 3)
    shares = colour_shares(sample)
    findings = [
        Finding(
            picture=picture.ref,
            box_xyxy=region.box_xyxy if region else None,
            label=name,
            value=round(share, 4),
            value_type="share",
            score=round(_certainty(name, shares), 4),
        )
        for name, share in list(shares.items())[:MAX_COLOURS]
        if share >= MIN_SHARE
    ]
    return ToolReport(summary=f"describe_colors {picture.ref.id}", findings=tuple(findings))


def colour_shares(rgb: np.ndarray[Any, Any]) -> dict[str, float]:
    """Shares of the named colours among uint8 RGB pixels (n, 3), largest first; they sum to 1."""
    import numpy as np

    names = [name for name, points in _PROTOTYPES.items() for _ in points]
    points = np.array([list(bytes.fromhex(p)) for ps in _PROTOTYPES.values() for p in ps])
    colours, counts = np.unique(rgb, axis=0, return_counts=True)
    weights = np.array([LIGHTNESS_WEIGHT, 1.0, 1.0])
    apart = (oklab(colours)[:, None, :] - oklab(points)[None]) * weights
    distances = (apart**2).sum(axis=2)
    nearest = distances.argmin(axis=1)
    totals: dict[str, float] = {}
    for index, count in zip(nearest, counts, strict=True):
        totals[names[index]] = totals.get(names[index], 0.0) + float(count) / len(rgb)
    return dict(sorted(totals.items(), key=lambda item: (-item[1], item[0])))


def _certainty(name: str, shares: dict[str, float]) -> float:
    """How clearly a colour stands out: its share against that of the strongest other colour."""
    rival = max((share for other, share in shares.items() if other != name), default=0.0)
    return shares[name] / (shares[name] + rival)


def oklab(rgb: np.ndarray[Any, Any]) -> Array:
    """sRGB in 0..255, shape (n, 3), to OKLab (Ottosson, 2020); the curve is IEC 61966-2-1's."""
    import numpy as np

    unit = np.asarray(rgb, dtype=np.float64) / 255
    linear = np.where(unit <= 0.04045, unit / 12.92, ((unit + 0.055) / 1.055) ** 2.4)
    to_cones = np.array(
        [[0.4122214708, 0.5363325363, 0.0514459929], [0.2119034982, 0.6806995451, 0.1073969566],
         [0.0883024619, 0.2817188376, 0.6299787005]]
    )  # fmt: skip
    to_lab = np.array(
        [[0.2104542553, 0.7936177850, -0.0040720468], [1.9779984951, -2.4285922050, 0.4505937099],
         [0.0259040371, 0.7827717662, -0.8086757660]]
    )  # fmt: skip
    return np.asarray(np.cbrt(linear @ to_cones.T) @ to_lab.T)
