"""The picture store: the one place where bytes become pixels, after size and format are checked.

It gives pictures their ids and their identity (sha256). It knows nothing of tools.
"""

from __future__ import annotations

import difflib
import hashlib
import io
import threading
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tools.errors import PictureError
from tools.evidence import BoxXyxy, PictureRef, Region, clip_box
from tools.pictures.grounds import readable_ground

if TYPE_CHECKING:
    import numpy as np
    from PIL.Image import Image

    Pixels = np.ndarray[Any, np.dtype[np.uint8]]
    Mask = np.ndarray[Any, np.dtype[np.bool_]]

MAX_PIXELS = 40_000_000
"""Pixels by the header, before anything is decoded."""
MAX_BYTES = 100_000_000
OPAQUE = 128
"""Alpha from which on a pixel has a colour of its own."""
DEPTHS = range(8, 17)
"""Bits of grey that a picture may have."""
FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "HEIF", "AVIF", "PPM")


@dataclass(frozen=True, eq=False)
class Picture:
    """A decoded picture: `pixels` is uint8 RGB of shape (height, width, 3), upright, read-only.

    `opaque` has shape (height, width), False where the picture is transparent (its pixels show a
    ground there on which the rest can be read); None where all of it is opaque.
    """

    ref: PictureRef
    pixels: Pixels
    opaque: Mask | None = None

    def crop(self, region: Region | None) -> Pixels:
        """The pixels of a region (box edges rounded outwards), or all of them."""
        if region is None:
            return self.pixels
        left, top, right, bottom = region.box_xyxy
        return self.pixels[int(top) : -int(-bottom // 1), int(left) : -int(-right // 1)]

    def jpeg(self, longest_side: int) -> bytes:
        """The picture as a JPEG, made smaller where its longer side has more pixels than that."""
        from PIL import Image

        image = Image.fromarray(self.pixels)
        image.thumbnail((longest_side, longest_side))
        encoded = io.BytesIO()
        image.save(encoded, "JPEG", quality=90)
        return encoded.getvalue()

    def from_crop(self, region: Region | None, box_xyxy: BoxXyxy) -> BoxXyxy | None:
        """A box in pixels of `crop(region)`, in pixels of the picture and cut to it."""
        left, top = (int(region.box_xyxy[0]), int(region.box_xyxy[1])) if region else (0, 0)
        shifted = (box_xyxy[0] + left, box_xyxy[1] + top, box_xyxy[2] + left, box_xyxy[3] + top)
        return clip_box(shifted, self.ref)


class PictureStore:
    """Pictures of one conversation, by id; the same content is the same picture.

    Pictures may be added from one thread while another looks.
    """

    def __init__(self) -> None:
        self._by_id: dict[str, Picture] = {}
        self._adding = threading.Lock()

    def __getitem__(self, picture_id: str) -> Picture:
        return self._by_id[picture_id]

    def __iter__(self) -> Iterator[Picture]:
        return iter(list(self._by_id.values()))

    def __len__(self) -> int:
        return len(self._by_id)

    def add(self, source: str | Path | bytes | Image | Pixels, name: str = "") -> Picture:
        """Read a path, encoded bytes, a PIL image or a uint8 RGB array (height, width, 3).

        Raises:
            PictureError: it cannot be used; the message says why and what to do.
        """
        if isinstance(source, str | Path):
            name = name or Path(source).name
            source = _read_file(Path(source))
        try:
            digest, pixels, opaque = (
                _from_bytes(source) if isinstance(source, bytes) else _from_memory(source)
            )
        except PictureError as error:
            raise PictureError(f"{name}: {error}" if name else str(error)) from None
        height, width = pixels.shape[:2]
        pixels.flags.writeable = False
        if opaque is not None:
            opaque.flags.writeable = False
        with self._adding:
            for picture in self:
                if picture.ref.sha256 == digest:
                    return picture
            picture_id = f"img_{len(self._by_id) + 1}"
            ref = PictureRef(id=picture_id, sha256=digest, width=width, height=height, name=name)
            self._by_id[picture_id] = Picture(ref, pixels, opaque)
            return self._by_id[picture_id]


def _read_file(path: Path) -> bytes:
    """The bytes of a file or pipe; never more than `MAX_BYTES` are read."""
    if str(path).startswith(("http:/", "https:/", "data:")):
        raise PictureError("addresses are not opened; save the picture and name the file")
    try:
        if path.is_dir():
            raise PictureError(f"{path} is a folder; name a picture in it")
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except (FileNotFoundError, NotADirectoryError):
        raise PictureError(f"there is no file {path}{_suggestion(path)}") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise PictureError(f"{str(path)[:200]!r} cannot be read: {reason}") from None
    if len(data) > MAX_BYTES:
        raise PictureError(f"{path} has more than {MAX_BYTES / 1e6:.0f} MB; make it smaller")
    return data


def _suggestion(path: Path) -> str:
    if not path.parent.is_dir():
        return f"; the folder {path.parent} does not exist either"
    try:
        names = [entry.name for entry in path.parent.iterdir()]
    except OSError:
        return ""
    close = difflib.get_close_matches(path.name, names, n=1)
    return f"; did you mean {path.parent / close[0]}?" if close else ""


def _from_bytes(data: bytes) -> tuple[str, Pixels, Mask | None]:
    from PIL import Image, UnidentifiedImageError

    if not data:
        raise PictureError("the picture is empty (0 bytes)")
    if len(data) > MAX_BYTES:
        raise PictureError(f"the picture has more than {MAX_BYTES / 1e6:.0f} MB")
    _register_heif()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(data), formats=FORMATS) as image:
                _check_size(*image.size)
                pixels, opaque = _decode(image)
    except (UnidentifiedImageError, ModuleNotFoundError):
        # ultralytics, once imported, makes Image.open look for one more HEIF plugin
        raise PictureError(
            "this is no picture that can be read (JPEG, PNG, WebP, GIF, BMP, TIFF, HEIC, AVIF)"
        ) from None
    except Image.DecompressionBombError:
        raise PictureError(f"the picture has more than {MAX_PIXELS / 1e6:.0f} megapixels") from None
    except PictureError:
        raise
    except Exception as error:
        raise PictureError(f"the picture is damaged or cut off ({error}); save it again") from None
    return hashlib.sha256(data).hexdigest(), pixels, opaque


def _from_memory(source: Image | Pixels) -> tuple[str, Pixels, Mask | None]:
    import numpy as np
    from PIL.Image import Image

    opaque: Mask | None = None
    if isinstance(source, Image):
        _check_size(*source.size)
        try:
            pixels, opaque = _decode(source)
        except Exception as error:
            # An image that was opened and not yet loaded decodes here: closed, cut off, damaged.
            raise PictureError(f"the image cannot be decoded ({error}); load it again") from None
    elif not isinstance(source, np.ndarray):
        raise PictureError(f"{type(source).__name__} is no picture; pass a path, bytes or an array")
    elif source.dtype != np.uint8 or source.ndim != 3 or source.shape[2] != 3 or source.size == 0:
        raise PictureError(
            f"an array must be uint8 RGB (height, width, 3), not {source.dtype} {source.shape}"
        )
    else:
        _check_size(source.shape[1], source.shape[0])
        pixels = np.ascontiguousarray(source).copy()
    digest = hashlib.sha256(repr(pixels.shape).encode() + pixels.tobytes())
    if opaque is not None:  # the same pixels without transparency are another picture
        digest.update(opaque.tobytes())
    return digest.hexdigest(), pixels, opaque


def _check_size(width: int, height: int) -> None:
    if width * height > MAX_PIXELS:
        megapixels = width * height / 1e6
        raise PictureError(
            f"the picture has {width}x{height} = {megapixels:.0f} megapixels; "
            f"{MAX_PIXELS / 1e6:.0f} is the most: scale it down"
        )
    if width < 1 or height < 1:
        raise PictureError("the picture has no pixels")


def _decode(image: Image) -> tuple[Pixels, Mask | None]:
    """First frame, EXIF orientation applied, any mode to RGB; alpha lies on `readable_ground`.

    The second is where it is opaque; None where it is all opaque.
    """
    import numpy as np
    from PIL import Image, ImageOps

    if getattr(image, "n_frames", 1) > 1:
        image.seek(0)
    upright = ImageOps.exif_transpose(image)
    if upright.mode.startswith("I") or upright.mode == "F":
        upright = _eight_bits(upright)
    opaque: Mask | None = None
    if upright.has_transparency_data:
        rgba = upright.convert("RGBA")
        shown = np.asarray(rgba.getchannel("A")) >= OPAQUE
        opaque = None if shown.all() else shown
        level = readable_ground(np.asarray(rgba.convert("RGB")), shown)
        ground = Image.new("RGBA", rgba.size, (level, level, level, 255))
        upright = Image.alpha_composite(ground, rgba)
    return np.array(upright.convert("RGB"), dtype=np.uint8), opaque


def _eight_bits(image: Image) -> Image:
    """Grey of 9 to 16 bits by the range of its depth; other wide modes by their extremes.

    A file of 16 bits does not say how many of them are used: the depth is the least of `DEPTHS`
    that holds its largest value, so that 12 bits (4095 at most) do not look black. NaN is black.
    """
    import numpy as np
    from PIL import Image

    values = np.nan_to_num(np.asarray(image).astype(np.float64), posinf=0.0, neginf=0.0)
    low, high = values.min(), values.max()
    if image.mode.startswith("I") and low >= 0 and high < 2 ** DEPTHS[-1]:
        low, high = 0.0, float(next(2**bits - 1 for bits in DEPTHS if high < 2**bits))
    scaled = (values - low) / max(high - low, 1e-12) * 255
    return Image.fromarray(scaled.round().astype(np.uint8))


def _register_heif() -> None:
    try:
        from pillow_heif import register_heif_opener
    except ImportError:
        return
    register_heif_opener()
