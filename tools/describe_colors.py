"""Dominant colours by name: pixels are assigned to the nearest named colour in CIELAB.

Deterministic, numpy only. The names are the eleven basic colour terms (Berlin and Kay, 1969); each
is stood for by several sRGB points, so that dark red and light red are both red.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tools.base import vision_tool
from tools.evidence import Finding, Region, ToolReport
from tools.images import Picture

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, np.dtype[np.float64]]

MAX_COLOURS = 5
MIN_SHARE = 0.03
SAMPLE_SIDE = 160
"""Pixels along each side that are looked at, evenly spaced."""

_PROTOTYPES: dict[str, tuple[str, ...]] = {
    "black": ("000000", "1a1a1a", "101820", "1c1410"),
    "white": ("ffffff", "f2f2f2", "fffaf0", "f0f4ff"),
    "grey": ("808080", "a9a9a9", "5a5a5a", "c8c8c8", "708090", "3c3c3c"),
    "red": ("ff0000", "c00000", "e03030", "8b0000", "dc143c", "b22222"),
    "orange": ("ffa500", "ff7f00", "ff8c00", "e07020", "f4a040"),
    "yellow": ("ffff00", "ffd700", "f0e050", "fff080", "e0c000", "ffffa0"),
    "green": ("00ff00", "008000", "30a030", "90ee90", "006400", "6b8e23", "2e8b57", "9acd32"),
    "blue": ("0000ff", "0000a0", "4070e0", "87ceeb", "000060", "1e90ff", "00b0f0", "4682b4"),
    "purple": ("800080", "9030c0", "6a0dad", "4b0082", "ba55d3", "8a2be2"),
    "pink": ("ffc0cb", "ff69b4", "ff90b0", "ff1493", "f0a0c0"),
    "brown": ("8b4513", "654321", "a0522d", "5c3a1e", "7b5b3a", "b08050"),
}  # fmt: skip


@vision_tool(version="1")
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
            score=round(_certainty(share, shares), 4),
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
    distances = ((lab(colours)[:, None, :] - lab(points)[None]) ** 2).sum(axis=2)
    nearest = distances.argmin(axis=1)
    totals: dict[str, float] = {}
    for index, count in zip(nearest, counts, strict=True):
        totals[names[index]] = totals.get(names[index], 0.0) + float(count) / len(rgb)
    return dict(sorted(totals.items(), key=lambda item: (-item[1], item[0])))


def _certainty(share: float, shares: dict[str, float]) -> float:
    """How clearly a colour stands out: its share against that of the strongest other colour."""
    rival = max((s for s in shares.values() if s != share), default=0.0)
    return share / (share + rival) if share + rival else 0.0


def lab(rgb: np.ndarray[Any, Any]) -> Array:
    """sRGB in 0..255, shape (n, 3), to CIELAB with the D65 white (IEC 61966-2-1, CIE 15)."""
    import numpy as np

    unit = np.asarray(rgb, dtype=np.float64) / 255
    linear = np.where(unit <= 0.04045, unit / 12.92, ((unit + 0.055) / 1.055) ** 2.4)
    to_xyz = np.array(
        [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750],
         [0.0193339, 0.1191920, 0.9503041]]
    )  # fmt: skip
    xyz = linear @ to_xyz.T / np.array([0.95047, 1.0, 1.08883])
    f = np.where(xyz > (6 / 29) ** 3, np.cbrt(xyz), xyz / (3 * (6 / 29) ** 2) + 4 / 29)
    x, y, z = f[:, 0], f[:, 1], f[:, 2]
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=1)
