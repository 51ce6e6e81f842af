"""Where a tool's weights are: explicit path → built into the package → local cache → download.

It only finds files. Reading them is the tool's own business.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from models import catalog
from tools.errors import InputError
from tools.weights import downloads
from tools.weights.places import cache_directory


@dataclass(frozen=True)
class Missing:
    """Something that could be offered and is not: what, why, and what to do about it."""

    what: str
    why: str
    what_to_do: str


def builtin_folder(name: str) -> Path:
    """The folder of built-in weights, whether or not there are any."""
    return catalog.FOLDER / name


def find(
    tool: str,
    *,
    explicit: str | None,
    builtin: str,
    file: str,
    allow_download: bool = False,
) -> Path | Missing:
    """The weights of a tool: a file, or the folder that holds `file`.

    Args:
        tool: the tool's name, for messages.
        explicit: a path, or the name of weights in the catalogue or the cache (`yolo26m`). A name
            is never a file of the working directory, which is `./yolo26m.pt`.
        builtin: the folder below `models/`.
        file: what the built-in weights' file is called.
        allow_download: whether weights of the catalogue may be fetched.

    Raises:
        InputError: an explicit path that does not exist.
    """
    if explicit is None:
        return _default(tool, builtin, file)
    path = Path(explicit).expanduser()
    is_name = os.sep not in explicit
    row = catalog.find(explicit) if is_name else None
    pulled = [downloads.place_of(row)] if row else []
    places = [*pulled, cache_directory() / builtin / explicit] if is_name else [path]
    for place in places:
        for candidate in (place, place / file):
            if candidate.is_file():
                return _checked(tool, candidate, row if place in pulled else None)
    if not is_name:
        raise InputError(f"there are no weights at {path}; check VQA_TOOLS__{builtin.upper()}")
    if row is None:
        return Missing(
            tool,
            f"{explicit} is neither in the catalogue nor in {cache_directory() / builtin}",
            f"put the file there, choose a name of vqa-agent models, or, for a file of the working "
            f"directory, write ./{explicit}",
        )
    return _pulled(tool, row, file, allow_download=allow_download)


def _default(tool: str, builtin: str, file: str) -> Path | Missing:
    for folder in (builtin_folder(builtin), cache_directory() / builtin):
        if (folder / file).is_file():
            return _checked(tool, folder / file, catalog.find(builtin))
    return Missing(
        tool,
        f"no weights: neither built in nor in {cache_directory() / builtin}",
        f"put {file} (and what belongs beside it) there, "
        f"or set VQA_TOOLS__{builtin.upper()} to a path",
    )


def _pulled(tool: str, row: catalog.Model, file: str, *, allow_download: bool) -> Path | Missing:
    what_to_do = f"run: {downloads.how_to_pull(row)}"
    if not allow_download:
        return Missing(tool, f"{row.name} is not here yet", what_to_do)
    try:
        place = downloads.pull(row)
    except downloads.DownloadError as error:
        return Missing(tool, str(error), what_to_do)
    return place / file if place.is_dir() else place


def _checked(tool: str, weights: Path, row: catalog.Model | None) -> Path | Missing:
    """The weights, unless the catalogue knows another hash of them."""
    if row is None:
        return weights
    if not row.is_builtin:
        place = downloads.place_of(row)
        different = downloads.pin_or_differ(row, place)
        return Missing(tool, different, "pull it again") if different else weights
    if problem := catalog.altered(weights):
        return Missing(tool, problem, "restore it (git checkout), or train it again")
    return weights
