"""The picture store: the one place where bytes become pixels, after size and format are checked.

It gives pictures their ids and their identity (sha256). It knows nothing of tools. What a file of
several pages holds is `tools.pictures.pdf`'s and `tools.pictures.frames`'s.
"""

from __future__ import annotations

import hashlib
import io
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from tools.errors import PictureError
from tools.evidence import PictureRef, Unit
from tools.pictures import pdf
from tools.pictures.bounds import check_work
from tools.pictures.frames import Frames, frames_of
from tools.pictures.grounds import readable_ground
from tools.pictures.pages import File, Leaf, Page, PixelCache, read_only
from tools.pictures.picture import Picture
from tools.pictures.sources import MAX_BYTES, files_named, is_data, is_several, read_data, read_file

if TYPE_CHECKING:
    from PIL.Image import Image

    from tools.pictures.pages import Decoded
    from tools.pictures.picture import Mask, Pixels

__all__ = ["LeftOut", "Load", "Picture", "PictureStore", "media_type_of"]

Load = Callable[[], bytes]

MAX_PIXELS = 40_000_000
"""Pixels by the header, before anything is decoded."""
MAX_PAGES = 20
"""Pages of one file, or files of one folder, that are looked at, unless a store is told."""
OPAQUE = 128
"""Alpha from which on a pixel has a colour of its own."""
DEPTHS = range(8, 17)
"""Bits of grey that a picture may have."""
FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "HEIF", "AVIF", "PPM")


@dataclass(frozen=True)
class LeftOut:
    """What was given and is not among the pictures: pages above the limit, or what is damaged.

    `number` is the file's, as in `PictureRef`; None where it is about a folder. Of `total` pages
    (frames, pictures) the first `looked` are there; or, where `why` says so, one cannot be read.
    """

    unit: Unit | Literal["picture"]
    number: int | None = None
    looked: int = 0
    total: int = 0
    page: int | None = None
    name: str = ""
    why: str = ""


class PictureStore:
    """Pictures of one conversation, by id; the same content is the same picture.

    Pictures may be added from one thread while another looks. Of what came encoded, no more pixels
    are kept than `tools.pictures.pages` allows: the rest is decoded again when it is looked at.

    Args:
        max_pages: of one file, or files of one folder.
        pixels: where decoded pixels are kept; stores that share one share its limit.
        owner: for whom; pixels of one owner are nobody else's.
    """

    def __init__(
        self, max_pages: int = MAX_PAGES, pixels: PixelCache | None = None, owner: str = ""
    ) -> None:
        self._by_id: dict[str, Picture] = {}
        self._by_file: dict[str, list[Picture]] = {}
        self._left_out: list[LeftOut] = []
        self._max_pages = max_pages
        self._cache = pixels or PixelCache()
        self._owner = owner
        self._adding = threading.Lock()

    def __getitem__(self, picture_id: str) -> Picture:
        return self._by_id[picture_id]

    def __iter__(self) -> Iterator[Picture]:
        return iter(list(self._by_id.values()))

    def __len__(self) -> int:
        return len(self._by_id)

    @property
    def left_out(self) -> tuple[LeftOut, ...]:
        """What was given and is not among the pictures."""
        return tuple(self._left_out)

    def add(
        self,
        source: str | Path | bytes | Image | Pixels,
        name: str = "",
        load: Load | None = None,
    ) -> Picture:
        """Add what `add_all` reads; returns the first of its pictures."""
        return self.add_all(source, name, load)[0]

    def add_all(
        self,
        source: str | Path | bytes | Image | Pixels,
        name: str = "",
        load: Load | None = None,
    ) -> list[Picture]:
        """Read a path, encoded bytes, a PIL image or a uint8 RGB array (height, width, 3).

        A path may be a folder or a pattern (`*.png`), begin with `~`, or be a `data:` URI. A file
        of several pages gives a picture for each.

        Args:
            source: the picture, or where it is.
            name: what it is called.
            load: gives encoded bytes again, which are not kept then.

        Raises:
            PictureError: it cannot be used; the message says why and what to do.
        """
        if isinstance(source, str) and is_data(source):
            source, name = read_data(source), name or "the data: URI"
        elif isinstance(source, str | Path):
            path = Path(source)
            if is_several(path):
                return self._add_files(files_named(path))
            (path,) = files_named(path)
            return self._add_named(read_file(path), name or path.name)
        return self._add_named(source, name, load)

    def _add_files(self, files: list[Path]) -> list[Picture]:
        """The pictures of a folder; one that cannot be read is left out, unless none can."""
        added: list[Picture] = []
        broken: list[LeftOut] = []
        for file in files[: self._max_pages]:
            try:
                added += self._add_named(read_file(file), file.name)
            except PictureError as error:
                broken.append(LeftOut("picture", name=file.name, why=str(error)))
        if not added:
            raise PictureError(broken[0].why)
        if len(files) > self._max_pages:
            self._left_out.append(LeftOut("picture", looked=self._max_pages, total=len(files)))
        self._left_out += broken
        return added

    def _add_named(
        self, source: bytes | Image | Pixels, name: str, load: Load | None = None
    ) -> list[Picture]:
        try:
            return self._add(source, name, load)
        except PictureError as error:
            raise PictureError(f"{name}: {error}" if name else str(error)) from None

    def _add(self, source: bytes | Image | Pixels, name: str, load: Load | None) -> list[Picture]:
        if not isinstance(source, bytes):
            digest, pixels, opaque = _from_memory(source)
            leaf = Leaf(1, (pixels.shape[1], pixels.shape[0]), decoded=(pixels, opaque))
            return self._enter(digest, name, File("page", (leaf,), 1))
        if not source:
            raise PictureError("the file is empty (0 bytes)")
        if len(source) > MAX_BYTES:
            raise PictureError(f"the file has more than {MAX_BYTES / 1e6:.0f} MB")
        digest = hashlib.sha256(source).hexdigest()
        load = load or (lambda: source)
        if pdf.is_pdf(source):
            file = pdf.read(source, self._max_pages, load)
        else:
            file = self._read(source, digest, load)
        return self._enter(digest, name, file)

    def _read(self, data: bytes, digest: str, load: Load) -> File:
        """The frames of an encoded picture; each is decoded, to know its size and that it can be.

        Raises:
            PictureError: none can be decoded.
        """
        frames = _frames(data, self._max_pages) or Frames("page", (0,), 1)
        leaves: list[Leaf] = []
        broken: dict[int, str] = {}
        for number in frames.numbers:
            key = self._owner, _page_digest(digest, number + 1, frames.total)
            try:
                pixels, _ = self._cache.get(key, partial(_decoded, data, number))
            except PictureError as error:
                broken[number + 1] = str(error)
                continue
            size_wh = (pixels.shape[1], pixels.shape[0])
            leaves.append(Leaf(number + 1, size_wh, partial(_decoded_again, load, number)))
        if not leaves:
            raise PictureError(next(iter(broken.values())))
        return File(frames.unit, tuple(leaves), frames.total, broken)

    def _enter(self, digest: str, name: str, file: File) -> list[Picture]:
        """Give the pages of a file their ids, unless the file is here already."""
        with self._adding:
            if digest in self._by_file:
                return self._by_file[digest]
            number = len(self._by_file) + 1
            pages = [self._picture(number, digest, name, file, leaf) for leaf in file.leaves]
            self._by_file[digest] = pages
            self._by_id |= {picture.ref.id: picture for picture in pages}
            if len(file.leaves) + len(file.broken) < file.total:
                looked = len(file.leaves) + len(file.broken)
                self._left_out.append(LeftOut(file.unit, number, looked, file.total))
            self._left_out += [
                LeftOut(file.unit, number, page=page, why=why) for page, why in file.broken.items()
            ]
            return pages

    def _picture(self, number: int, digest: str, name: str, file: File, leaf: Leaf) -> Picture:
        width, height = leaf.size_wh
        page_id = f"img_{number}p{leaf.number}" if file.total > 1 else f"img_{number}"
        sha256 = _page_digest(digest, leaf.number, file.total)
        ref = PictureRef(
            id=page_id, sha256=sha256, width=width, height=height, name=name, unit=file.unit
        )
        if leaf.decode is None:
            assert leaf.decoded is not None
            return Picture(ref, *read_only(leaf.decoded), self._owner)
        return Page(ref, self._cache, leaf.decode, leaf.characters, self._owner)


def _page_digest(digest: str, page: int, total: int) -> str:
    """The identity of a page (from 1) of a file; a file of one page is that page."""
    return digest if total < 2 else hashlib.sha256(f"{digest} {page}".encode()).hexdigest()


def _frames(data: bytes, most: int) -> Frames | None:
    with _opened(data) as image:
        return frames_of(image, most)


def _decoded(data: bytes, frame: int) -> Decoded:
    """One frame (from 0) of an encoded picture."""
    with _opened(data) as image:
        if frame:
            image.seek(frame)
            _check_size(*image.size)
        return _decode(image)


def _decoded_again(load: Load, frame: int) -> Decoded:
    return _decoded(load(), frame)


def media_type_of(data: bytes) -> str:
    """The media type of an encoded picture or PDF by its content; nothing is decoded.

    Raises:
        PictureError: it is none, or larger than is decoded; the message says what to do.
    """
    if not data:
        raise PictureError("the file is empty (0 bytes)")
    if pdf.is_pdf(data):
        return "application/pdf"
    from PIL.Image import MIME

    with _opened(data) as image:
        return str(MIME[image.format or ""])


@contextmanager
def _opened(data: bytes) -> Iterator[Image]:
    """An encoded picture, its size checked.

    Raises:
        PictureError: it is none, or what is done with it fails; the message says what to do.
    """
    from PIL import Image, UnidentifiedImageError

    _register_heif()
    check_work(data)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(data), formats=FORMATS) as image:
                _check_size(*image.size)
                yield image
    except (UnidentifiedImageError, ModuleNotFoundError):
        # ultralytics, once imported, makes Image.open look for one more HEIF plugin
        raise PictureError(
            "this is no picture that can be read (JPEG, PNG, WebP, GIF, BMP, TIFF, HEIC, AVIF, PDF)"
        ) from None
    except Image.DecompressionBombError:
        raise PictureError(f"the picture has more than {MAX_PIXELS / 1e6:.0f} megapixels") from None
    except PictureError:
        raise
    except Exception as error:
        raise PictureError(f"the picture is damaged or cut off ({error}); save it again") from None


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
    """The present frame, upright by EXIF, any mode to RGB; alpha lies on `readable_ground`.

    The second is where it is opaque; None where it is all opaque.
    """
    import numpy as np
    from PIL import Image, ImageOps

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
