"""Decodes the codes of a picture with zxing-cpp, again in other ways where the first look fails.

What is there and does not decode is reported as well: "no code" is said of pictures without one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from tools.codes.bars import Bars, bars_in
from tools.codes.finders import finder_boxes
from tools.evidence import BoxXyxy
from tools.words.codes import is_of_kind

if TYPE_CHECKING:
    import numpy as np

    Grey = np.ndarray[Any, np.dtype[np.uint8]]
    Affine = np.ndarray[Any, np.dtype[np.float64]]

LARGEST = 4_000_000
"""Pixels of a picture that is looked at in other ways; larger ones are made smaller for them."""
SMALL = 1_000_000
"""Pixels of a picture that is enlarged as well."""
QUIET = 0.15
"""The quiet zone that is put around a crop, as a share of its width."""
ANGLES = (15, 30, 45, -15, -30)
"""Degrees by which lines are turned to lie along a row; zxing-cpp tries right angles itself."""
LOCATED = "QR Code"
"""The format whose place is sure though its content is damaged; others are seen in foliage."""
LEAST_SIDE = 20
"""Pixels of a code that is there and does not decode ..."""
SQUARE = 1.5
"""... and the most that one of its sides is of the other."""
SHARPER = 4.0
BLUR = 1.5
"""How much of its difference to the blurred picture is added to sharpen it; sigma in pixels."""


@dataclass(frozen=True)
class Code:
    """A code: its format as zxing-cpp names it, its box in pixels of the picture, its content.

    `text` is None where the code is there and does not decode.
    """

    format: str
    text: str | None
    box_xyxy: BoxXyxy


@dataclass(frozen=True)
class _View:
    """The picture made over for a look, and how its pixels lie in the picture."""

    grey: Grey
    back: Affine
    """Shape (2, 3): from (x, y, 1) of the view to (x, y) of the picture."""
    binarizer: str = "LocalAverage"


def codes_in(pixels: np.ndarray[Any, np.dtype[np.uint8]]) -> list[Code]:
    """The codes of a picture (uint8 RGB, (height, width, 3)), each once, from left to right."""
    import cv2
    import numpy as np

    grey = cv2.cvtColor(np.ascontiguousarray(pixels), cv2.COLOR_RGB2GRAY)
    bars = bars_in(grey)
    found = _merged(_on_bars(_look(_View(grey, np.eye(2, 3))), bars))
    unread = [bar for bar in bars if not _is_covered(bar.box_xyxy, found)]
    there = [Code("bar code", None, bar.box_xyxy) for bar in unread]
    there += [Code(LOCATED, None, box) for box in finder_boxes(grey, [c.box_xyxy for c in found])]
    for view in _other_views(grey, unread):
        if _all_read(found) and all(_is_covered(code.box_xyxy, found) for code in there):
            break
        found = _merged([*found, *_on_bars(_look(view), bars)])
    return sorted(_merged([*found, *there]), key=lambda code: code.box_xyxy)


def _look(view: _View) -> list[Code]:
    import zxingcpp

    binarizer = getattr(zxingcpp.Binarizer, view.binarizer)
    codes = zxingcpp.read_barcodes(view.grey, binarizer=binarizer, return_errors=True)
    found = [
        Code(str(code.format), code.text if code.valid else None, _box(code.position, view.back))
        for code in codes
    ]
    return [code for code in found if code.text is not None or _is_located(code)]


def _on_bars(codes: list[Code], bars: list[Bars]) -> list[Code]:
    """Linear codes with the box of all their bars; they decode along a line or two of it."""
    placed = []
    for code in codes:
        is_linear = is_of_kind(code.format, "bar")
        boxes = [bar.box_xyxy for bar in bars if is_linear and _holds(bar.box_xyxy, code.box_xyxy)]
        placed.append(replace(code, box_xyxy=boxes[0]) if boxes else code)
    return placed


def _is_located(code: Code) -> bool:
    left, top, right, bottom = code.box_xyxy
    shorter, longer = sorted((right - left, bottom - top))
    return code.format == LOCATED and shorter >= LEAST_SIDE and longer <= SQUARE * shorter


def _box(position: Any, back: Affine) -> BoxXyxy:
    """The box of a quadrangle of a view, in pixels of the picture, its far edges exclusive."""
    import numpy as np

    names = ("top_left", "top_right", "bottom_right", "bottom_left")
    corners = [getattr(position, name) for name in names]
    places = np.array([(corner.x, corner.y, 1) for corner in corners], np.float64) @ back.T
    (left, top), (right, bottom) = places.min(axis=0), places.max(axis=0)
    return float(left), float(top), float(right) + 1, float(bottom) + 1


def _other_views(grey: Grey, bars: list[Bars]) -> Iterator[_View]:
    """Bars by themselves on white, then the whole picture: sharper, larger, with a rim, turned."""
    import cv2
    import numpy as np

    yield from (view for bar in bars for view in _by_themselves(grey, bar))
    scale = min(1.0, (LARGEST / grey.size) ** 0.5)
    plain = _scaled(_View(grey, np.eye(2, 3)), scale)
    yield plain if scale < 1 else _View(plain.grey, plain.back, "GlobalHistogram")
    stretched = cv2.createCLAHE(4.0, (8, 8)).apply(plain.grey)
    yield _View(stretched, plain.back)
    yield _padded(plain)
    for factor in (2, 3) if grey.size <= SMALL else ():
        large = _scaled(plain, factor)
        yield large
        yield _View(_sharpened(large.grey, BLUR * factor), large.back)
        yield _View(large.grey, large.back, "GlobalHistogram")
    yield _View(cv2.medianBlur(plain.grey, 3), plain.back)
    yield from (_turned(plain, angle) for angle in ANGLES)


def _by_themselves(grey: Grey, bar: Bars) -> Iterator[_View]:
    """The middle of the bars with white around it, without what may be the sides of a frame."""
    import cv2
    import numpy as np

    turned = grey.T if bar.is_lying else grey
    for left, top, right, bottom in bar.crops:
        crop = np.ascontiguousarray(turned[top:bottom, left:right])
        rim = max(10, round(QUIET * (right - left)))
        padded = cv2.copyMakeBorder(crop, rim, rim, rim, rim, cv2.BORDER_CONSTANT, value=255)
        back = np.array([[1, 0, left - rim], [0, 1, top - rim]], np.float64)
        view = _View(padded, back[::-1] if bar.is_lying else back)
        yield view
        yield _scaled(view, 3)


def _scaled(view: _View, factor: float) -> _View:
    import cv2

    if factor == 1:
        return view
    how = cv2.INTER_CUBIC if factor > 1 else cv2.INTER_AREA
    resized = cv2.resize(view.grey, None, fx=factor, fy=factor, interpolation=how)
    back = view.back.copy()
    back[:, :2] /= factor
    return _View(resized, back)


def _padded(view: _View) -> _View:
    """With a rim in the lightest colour of the border: a code that fills the picture."""
    import cv2
    import numpy as np

    rim = max(16, round(QUIET * max(view.grey.shape)))
    grey = view.grey
    edge = np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]])
    rimmed = cv2.copyMakeBorder(
        grey, rim, rim, rim, rim, cv2.BORDER_CONSTANT, value=int(np.percentile(edge, 95))
    )
    back = view.back.copy()
    back[:, 2] -= rim * view.back[:, :2].sum(axis=1)
    return _View(rimmed, back)


def _sharpened(grey: Grey, sigma: float) -> Grey:
    """Unsharp masking."""
    import cv2
    import numpy as np

    soft = cv2.GaussianBlur(grey, (0, 0), sigma)
    return np.asarray(cv2.addWeighted(grey, 1 + SHARPER, soft, -SHARPER, 0))


def _turned(view: _View, degrees: float) -> _View:
    """Turned around its middle, on a canvas that holds all of it."""
    import cv2
    import numpy as np

    height, width = view.grey.shape
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
    cos, sin = abs(turn[0, 0]), abs(turn[0, 1])
    size = (int(height * sin + width * cos) + 1, int(height * cos + width * sin) + 1)
    turn[:, 2] += (size[0] - width) / 2, (size[1] - height) / 2
    grey = cv2.warpAffine(view.grey, turn, size, borderValue=255)
    inverse = np.vstack([cv2.invertAffineTransform(turn), [0, 0, 1]])
    return _View(grey, view.back @ inverse)


def _all_read(codes: list[Code]) -> bool:
    """Whether there are codes and each has its content."""
    return bool(codes) and all(code.text is not None for code in codes)


def _merged(codes: Iterable[Code]) -> list[Code]:
    """Each code once: of looks at one place the first that was read."""
    kept: list[Code] = []
    for code in sorted(codes, key=lambda code: code.text is None):
        if not _is_covered(code.box_xyxy, kept):
            kept.append(code)
    return kept


def _is_covered(box: BoxXyxy, codes: Iterable[Code]) -> bool:
    """Whether one of the codes has its middle in the box, or the box in that code."""
    return any(_holds(box, code.box_xyxy) or _holds(code.box_xyxy, box) for code in codes)


def _holds(box: BoxXyxy, other: BoxXyxy) -> bool:
    """Whether the middle of the other lies in the box."""
    x, y = (other[0] + other[2]) / 2, (other[1] + other[3]) / 2
    return box[0] <= x <= box[2] and box[1] <= y <= box[3]
