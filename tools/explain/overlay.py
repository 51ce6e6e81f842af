"""An explanation as a picture: heat over the picture, cited boxes, a legend and a caption.

What the caption says is the caller's; this only sets it, in Latin and Chinese letters.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tools.explain.drawing import draw
from tools.explain.explanation import Explanation
from tools.networks.encoders import Rgb

if TYPE_CHECKING:
    from PIL import Image

    from tools.evidence import Evidence

FOR, AGAINST = (214, 39, 40), (31, 90, 200)
STRONGEST = 0.75
"""How much of the colour covers the picture where the heat is greatest."""
SIDES = (640, 1600)
"""The longer side of the picture as it is drawn: at least, at most."""
_LETTER = re.compile(r"[\u2e80-\u9fff\uf900-\uffef]|[^\s\u2e80-\u9fff\uf900-\uffef]+|\s+")


@dataclass(frozen=True)
class Caption:
    """What stands below the picture: `legend` is for the ends of the bar (against, nothing, for).

    Without a legend there is no bar.
    """

    lines: Sequence[str]
    legend: tuple[str, str, str] | None = None


def overlay(
    pixels: Rgb, explanation: Explanation | None, evidence: Sequence[Evidence], caption: Caption
) -> Image.Image:
    """The picture with its heat (red speaks for, blue against) and boxes, and a caption below.

    Args:
        pixels: the whole picture.
        explanation: of it or a region of it; None: boxes and caption only.
        evidence: what is drawn as boxes, in pixels of the picture.
        caption: the words.
    """
    from PIL import Image

    height, width = pixels.shape[:2]
    longest = max(height, width)
    scale = float(np.clip(longest, *SIDES)) / longest
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    image = Image.fromarray(pixels).resize(size, Image.Resampling.BICUBIC)
    if explanation is not None:
        image = Image.fromarray(_heated(np.asarray(image), _placed(explanation, size, scale)))
    placed = [_scaled(e, size[0] / width, size[1] / height) for e in evidence if e.box_xyxy]
    boxed = np.asarray(draw(image, placed))
    below = _strip(max(size[0], SIDES[0] // 2), caption, size=max(16, size[0] // 45))
    board = np.full((boxed.shape[0] + below.shape[0], below.shape[1], 3), 255, np.uint8)
    left = (board.shape[1] - boxed.shape[1]) // 2
    board[: boxed.shape[0], left : left + boxed.shape[1]] = boxed
    board[boxed.shape[0] :] = below
    return Image.fromarray(board)


def _placed(explanation: Explanation, size: tuple[int, int], scale: float) -> NDArray[np.float64]:
    """The heat in pixels of the drawing, from -1 to 1; 0 outside of what is explained."""
    from PIL import Image

    heat = np.zeros(size[::-1])
    left, top, right, bottom = (round(c * scale) for c in explanation.view.box_xyxy)
    right, bottom = min(right, size[0]), min(bottom, size[1])
    if right <= left or bottom <= top:
        return heat
    given = Image.fromarray(explanation.heat.astype(np.float32))
    smooth = Image.Resampling.BILINEAR
    heat[top:bottom, left:right] = np.asarray(given.resize((right - left, bottom - top), smooth))
    return heat / max(float(np.abs(heat).max()), 1e-12)


def _heated(pixels: Rgb, heat: NDArray[np.float64]) -> Rgb:
    """The picture, its colours drawn back, under red and blue."""
    grey = pixels.mean(2, keepdims=True)
    ground = 0.35 * pixels + 0.65 * grey
    colour = np.where(heat[..., None] > 0, FOR, AGAINST)
    share = STRONGEST * np.abs(heat)[..., None]
    return np.asarray((1 - share) * ground + share * colour, np.uint8)


def _scaled(evidence: Evidence, dx: float, dy: float) -> Evidence:
    left, top, right, bottom = evidence.box_xyxy or (0, 0, 0, 0)
    box = (left * dx, top * dy, right * dx, bottom * dy)
    return evidence.model_copy(update={"box_xyxy": box})


def _strip(width: int, caption: Caption, size: int) -> NDArray[np.uint8]:
    """Legend and lines on white, as wide as the picture."""
    margin, high = size // 2, size + size // 2
    lines = [part for line in caption.lines for part in _wrapped(line, width - 2 * margin, size)]
    bar = 2 * high if caption.legend else 0
    strip = np.full((bar + len(lines) * high + margin, width, 3), 255, np.uint8)
    if caption.legend:
        _bar(strip[margin : margin + size // 2, margin : width - margin])
        spare = width - 2 * margin
        for text, share in zip(caption.legend, (0.0, 0.5, 1.0), strict=True):
            x = margin + round(share * (spare - _width(text, size)))
            _write(strip, text, (x, margin + size // 2 + size), size)
    for number, line in enumerate(lines):
        _write(strip, line, (margin, bar + (number + 1) * high - size // 4), size)
    return strip


def _bar(where: NDArray[np.uint8]) -> None:
    heat = np.broadcast_to(np.linspace(-1, 1, where.shape[1]), where.shape[:2])
    where[:] = _heated(np.full(where.shape, 230, np.uint8), heat)


def _wrapped(line: str, width: int, size: int) -> list[str]:
    """Lines that fit; Chinese breaks between any two letters, the rest between words."""
    lines = [""]
    for word in _LETTER.findall(line):
        if lines[-1] and _width(lines[-1] + word.rstrip(), size) > width:
            lines.append("")
        lines[-1] += word if lines[-1] else word.lstrip()
    return lines


def _width(text: str, size: int) -> int:
    import cv2

    box: Any = cv2.getTextSize((0, 0), text, (0, 0), _font(), size)
    return int(box[0] + box[2])


def _write(pixels: NDArray[np.uint8], text: str, xy: tuple[int, int], size: int) -> None:
    import cv2

    cv2.putText(pixels, text, xy, (20, 20, 20), _font(), size)


def _font() -> Any:
    """OpenCV's own font that has Chinese letters."""
    import cv2

    return cv2.FontFace("uni")
