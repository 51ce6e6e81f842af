"""Fetching weights of the catalogue into the local cache: whole, with their hash, or not at all.

A row without a hash is pinned when it is pulled first: the hash of what came is kept in
`pins.json`, and anything else under that name is refused from then on.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

from models.catalog import Model, sha256_of
from tools.torch_runtime import cache_directory

Progress = Callable[[int, int | None], None]
"""Called with the bytes that are there and how many there will be."""


class DownloadError(Exception):
    """Weights that could not be fetched; the message says where to put them by hand."""


def place_of(model: Model) -> Path:
    """Where a pulled row lies: a file, or the folder of a repository."""
    return cache_directory() / model.file


def is_pulled(model: Model) -> bool:
    """Whether it is in the cache."""
    return place_of(model).exists()


def source_of(model: Model) -> str:
    """The address that it comes from; `VQA_MODELS_MIRROR` stands in for the hub's host."""
    mirror = os.environ.get("VQA_MODELS_MIRROR")
    if model.url is None:
        return f"{mirror or 'https://huggingface.co'}/{model.repository}"
    return f"{mirror.rstrip('/')}/{Path(model.file).name}" if mirror else model.url


def pull(model: Model, progress: Progress = lambda _done, _total: None) -> Path:
    """Fetch a row into the cache, if it is not there, and check its hash.

    Raises:
        DownloadError: no network, no such file, or another content than the pinned one.
    """
    place = place_of(model)
    if not place.exists():
        place.parent.mkdir(parents=True, exist_ok=True)
        if model.url is None:
            _pull_repository(model, place)
        else:
            _pull_file(model, place, progress)
    if problem := pin_or_differ(model, place):
        raise DownloadError(problem)
    return place


def pin_or_differ(model: Model, place: Path) -> str | None:
    """Pin the hash of a row that has none yet; what is wrong if the content is another one."""
    weights = place / "model.safetensors" if place.is_dir() else place
    found, known = sha256_of(weights), model.sha256 or pins().get(model.name)
    if known is None:
        _pin(model.name, found)
    elif known != found:
        return (
            f"{weights} is not what was pinned: its sha256 is {found}, and {known} was expected; "
            f"delete it and run: vqa-agent models pull {model.name}"
        )
    return None


def pins() -> dict[str, str]:
    """The hashes that were pinned on this machine, by the name of the row."""
    file = cache_directory() / "pins.json"
    pinned: dict[str, str] = json.loads(file.read_text()) if file.is_file() else {}
    return pinned


def _pin(name: str, sha256: str) -> None:
    file = cache_directory() / "pins.json"
    partial = file.with_suffix(".partial")
    partial.write_text(json.dumps(pins() | {name: sha256}, indent=1) + "\n")
    partial.replace(file)


def _pull_file(model: Model, place: Path, progress: Progress) -> None:
    import httpx

    address, partial = source_of(model), place.with_suffix(".partial")
    try:
        with httpx.stream("GET", address, follow_redirects=True, timeout=30) as answer:
            answer.raise_for_status()
            total = int(answer.headers.get("content-length", 0)) or None
            with partial.open("wb") as file:
                for chunk in answer.iter_bytes(1 << 18):
                    file.write(chunk)
                    progress(file.tell(), total)
        if total is not None and partial.stat().st_size < total:
            raise httpx.ReadError("the connection ended before the file did")
        partial.replace(place)
    except (httpx.HTTPError, OSError) as error:
        raise DownloadError(_by_hand(model, place, str(error) or type(error).__name__)) from None
    finally:
        partial.unlink(missing_ok=True)


def _pull_repository(model: Model, place: Path) -> None:
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, LocalEntryNotFoundError

    partial = place.with_suffix(".partial")
    try:
        snapshot_download(
            str(model.repository),
            revision=model.revision,
            local_dir=partial,
            endpoint=os.environ.get("VQA_MODELS_MIRROR"),
            allow_patterns=["*.json", "*.safetensors", "*.model", "*.txt"],
        )
        partial.replace(place)
    except (HfHubHTTPError, LocalEntryNotFoundError, OSError, ValueError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise DownloadError(_by_hand(model, place, reason)) from None


def _by_hand(model: Model, place: Path, reason: str) -> str:
    what = "file" if model.url else "folder"
    return (
        f"{model.name} could not be fetched from {source_of(model)}: {reason}\n"
        f"Without a network, put that {what} at {place}"
    )
