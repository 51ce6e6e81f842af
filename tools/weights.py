"""Where a tool's weights are: explicit path → built into the package → local cache → download.

It only finds files. Reading them is the tool's own business.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tools.errors import InputError
from tools.torch_runtime import cache_directory, import_ultralytics


@dataclass(frozen=True)
class Missing:
    """Something that could be offered and is not: what, why, and what to do about it."""

    what: str
    why: str
    what_to_do: str


def builtin_folder(name: str) -> Path:
    """The folder of built-in weights, whether or not there are any."""
    import models

    return Path(models.__path__[0]) / name


def find(
    tool: str, *, explicit: str | None, builtin: str, file: str, allow_download: bool = False
) -> Path | Missing:
    """The weights of a tool: a file, or the folder that holds `file`.

    Args:
        tool: the tool's name, for messages.
        explicit: a path, or the name of weights in the cache or on their hub (`yolo26n.pt`).
        builtin: the folder below `models/`.
        file: the file that must be there.
        allow_download: whether ultralytics may fetch weights that it knows by name.

    Raises:
        InputError: an explicit path that does not exist.
    """
    if explicit is None:
        folder = builtin_folder(builtin)
        if (folder / file).is_file():
            return folder / file
        folder = cache_directory() / builtin
        if (folder / file).is_file():
            return folder / file
        return Missing(
            tool,
            f"no weights: neither built in nor in {folder}",
            f"put {file} (and its labels.json) into {folder}, or set VQA_TOOLS__"
            f"{builtin.upper()} to a path",
        )
    path = Path(explicit).expanduser()
    for candidate in (path, path / file, cache_directory() / builtin / explicit):
        if candidate.is_file():
            return candidate
    if path.parent != Path():
        raise InputError(f"there are no weights at {path}; check VQA_TOOLS__{builtin.upper()}")
    if allow_download:
        return _download(path.name, builtin)
    return Missing(
        tool,
        f"{explicit} is not in {cache_directory() / builtin}, and downloads are off",
        "put the file there, or set VQA_TOOLS__ALLOW_DOWNLOAD=true with a network",
    )


def _download(name: str, builtin: str) -> Path | Missing:
    """Fetch weights that ultralytics publishes under that name into the local cache."""
    import_ultralytics()
    from ultralytics.utils.downloads import attempt_download_asset

    target = cache_directory() / builtin / name
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        attempt_download_asset(target)
    except Exception as error:
        # Whatever the network or the disk says, it is a gap to report and no reason to stop.
        reason = (str(error) or type(error).__name__).splitlines()[0]
        return Missing(builtin, f"{name} could not be fetched: {reason}", f"put it at {target}")
    if not target.is_file():
        return Missing(builtin, f"{name} is not on its hub", f"put the file at {target}")
    return target
