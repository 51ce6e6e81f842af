"""Fetching weights of the catalogue into the local cache: whole, with their hash, or not at all.

A row without a hash is pinned when it is pulled first: the hash of what came is kept in
`pins.json`, and anything else under that name is refused from then on.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import httpx

from models.catalog import Model, sha256_of
from tools.weights.places import cache_directory

Progress = Callable[[int, int | None], None]
"""Called with the bytes that are there and how many there will be."""


class DownloadError(Exception):
    """Weights that could not be fetched; the message says where to put them by hand."""


def place_of(model: Model) -> Path:
    """Where a row lies: a file or folder in the cache, or a file of an installed package."""
    if model.package is not None:
        found = find_spec(model.package.partition(" ")[0].replace("-", "_"))
        if found is not None and found.origin is not None:
            return Path(found.origin).with_name("models") / Path(model.file).name
    return cache_directory() / model.file


def is_pulled(model: Model) -> bool:
    """Whether it is in the cache."""
    return place_of(model).exists()


def how_to_pull(model: Model) -> str:
    """The command that fetches a row."""
    return f"vqa-agent models pull {model.name}"


def source_of(model: Model) -> str:
    """The address that it comes from; `VQA_MODELS_MIRROR` stands in for that of the hub."""
    mirror = os.environ.get("VQA_MODELS_MIRROR")
    return f"{mirror.rstrip('/')}/{Path(model.file).name}" if mirror else str(model.url)


def pull(model: Model, progress: Progress = lambda _done, _total: None) -> Path:
    """Fetch a row into the cache, if it is not there, and check its hash.

    Raises:
        DownloadError: no network, no such file, or another content than the pinned one.
    """
    place, address = place_of(model), source_of(model)
    if not place.exists():
        partial = place.with_name(place.name + ".partial")
        shutil.rmtree(partial, ignore_errors=True)
        try:
            (partial if model.files else partial.parent).mkdir(parents=True, exist_ok=True)
            for name in model.files:
                _fetch(f"{address}/{name}", partial / name, progress)
            if not model.files:
                _fetch(address, partial, progress)
            if model.task == "classification":
                _describe(model, partial)
            if wrong := _difference(model, partial):
                raise DownloadError(f"what {address} sent is {wrong}; it was thrown away")
            partial.replace(place)
        except (httpx.HTTPError, OSError) as error:
            raise DownloadError(_by_hand(model, str(error) or type(error).__name__)) from None
        finally:
            shutil.rmtree(partial, ignore_errors=True)
            partial.unlink(missing_ok=True)
    if problem := pin_or_differ(model, place):
        raise DownloadError(problem)
    return place


def pin_or_differ(model: Model, place: Path) -> str | None:
    """Pin the hash of a row that has none yet; what is wrong if the content is another one."""
    if wrong := _difference(model, place):
        return f"{place} is {wrong}; delete it and run: {how_to_pull(model)}"
    if not model.sha256 and model.name not in pins():
        _pin(model.name, sha256_of(_weights(place)))
    return None


def _difference(model: Model, place: Path) -> str | None:
    known, found = model.sha256 or pins().get(model.name), sha256_of(_weights(place))
    if known in (None, found):
        return None
    return f"not what was pinned: its sha256 is {found}, and {known} was expected"


def _weights(place: Path) -> Path:
    return place / "model.safetensors" if place.is_dir() else place


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


def _fetch(address: str, file: Path, progress: Progress) -> None:
    with httpx.stream("GET", address, follow_redirects=True, timeout=30) as answer:
        answer.raise_for_status()
        total = int(answer.headers.get("content-length", 0)) or None
        with file.open("wb") as written:
            for chunk in answer.iter_bytes(1 << 18):
                written.write(chunk)
                progress(written.tell(), total)


def _describe(model: Model, folder: Path) -> None:
    """Write what `tools.networks.classifier` wants to know of weights of torchvision."""
    from tools.networks.torch_runtime import prepare

    prepare()
    import torchvision

    published = torchvision.models.get_model_weights(model.name).DEFAULT
    config = {"architecture": model.name, "input_size": model.input_side, "kind": "thing"}
    (folder / "config.json").write_text(json.dumps(config))
    (folder / "labels.json").write_text(json.dumps(published.meta["categories"]))


def _by_hand(model: Model, reason: str) -> str:
    what = f"a folder with {', '.join(model.files)}" if model.files else "that file"
    return (
        f"{model.name} could not be fetched from {source_of(model)}: {reason}\n"
        f"Without a network, put {what} at {place_of(model)}{_of_hash(model)}"
    )


def _of_hash(model: Model) -> str:
    return f" (sha256 {model.sha256})" if model.sha256 else ""
