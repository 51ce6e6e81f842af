"""Fetching weights of the catalogue into the local cache: whole, with their hash, or not at all.

A row without a hash is pinned when it is pulled first: the hash of what came is kept in
`pins.json`, and anything else under that name is refused from then on. One process fetches a row,
others wait for it.

Repositories of Hugging Face's hub come by its own client (tries again where a connection was lost,
`HF_TOKEN`, `HF_ENDPOINT`, `HF_HUB_OFFLINE`); single files of other addresses by httpx: pooch, which
is made for them, neither locks nor goes on with a broken one, so that nothing of ours would go.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from contextlib import AbstractContextManager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

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
    """The address that it comes from; `VQA_MODELS_MIRROR` stands in for all others."""
    mirror = _mirror()
    return f"{mirror.rstrip('/')}/{Path(model.file).name}" if mirror else str(model.url)


def _mirror() -> str | None:
    return os.environ.get("VQA_MODELS_MIRROR")


def pull(model: Model, progress: Progress = lambda _done, _total: None) -> Path:
    """Fetch a row into the cache, if it is not there, and check its hash.

    Raises:
        DownloadError: no network, no such file, or another content than the pinned one.
    """
    place = place_of(model)
    if not place.exists():
        try:
            with _lock(model.name):
                if not place.exists():  # nobody else has fetched it meanwhile
                    _fetch(model, place, progress)
        except (httpx.HTTPError, OSError) as error:
            raise DownloadError(_by_hand(model, str(error) or type(error).__name__)) from None
    if problem := pin_or_differ(model, place):
        raise DownloadError(problem)
    return place


def _fetch(model: Model, place: Path, progress: Progress) -> None:
    """Fetch a row beside its place, and move it there when it is whole and the right one."""
    address, beside = source_of(model), place.with_name(f".{place.name}.partial")
    shutil.rmtree(beside, ignore_errors=True)  # of a process that was killed
    beside.mkdir(parents=True)
    whole = beside / place.name
    try:
        if model.hub_repository is not None and not _mirror():
            _from_hub(model, whole, progress)
        elif model.files:
            whole.mkdir()
            for name in model.files:
                _from_address(f"{address}/{name}", whole / name, progress)
        else:
            _from_address(address, whole, progress)
        if model.task == "classification":
            _describe(model, whole)
        if wrong := _difference(model, whole):
            raise DownloadError(f"what {address} sent is {wrong}; it was thrown away")
        whole.replace(place)
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def _lock(name: str) -> AbstractContextManager[Any]:
    """One holder at a time, of all processes; it ends with its process."""
    from filelock import FileLock

    folder = cache_directory() / ".locks"
    folder.mkdir(parents=True, exist_ok=True)
    return FileLock(folder / f"{name}.lock")


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
    with _lock("pins"):
        partial.write_text(json.dumps(pins() | {name: sha256}, indent=1) + "\n")
        partial.replace(file)


def _from_hub(model: Model, folder: Path, progress: Progress) -> None:
    from huggingface_hub import hf_hub_download
    from huggingface_hub.utils import tqdm

    class Bar(tqdm):  # type: ignore[misc]
        """The hub's progress, told to ours."""

        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs | {"disable": True})
            self.done, self.of = int(kwargs.get("initial") or 0), kwargs.get("total")

        def update(self, n: float | None = 1) -> bool | None:
            self.done += int(n or 0)
            progress(self.done, self.of)
            return None

    for name in model.files:
        try:
            hf_hub_download(
                str(model.hub_repository), name, revision=model.revision, local_dir=folder,
                library_name="vqa-agent", tqdm_class=Bar,
            )  # fmt: skip
        except Exception as error:  # of whatever HTTP library the installed version has
            raise OSError(f"{name}: {error}") from error
    shutil.rmtree(folder / ".cache", ignore_errors=True)  # what the hub's client notes there


def _from_address(address: str, file: Path, progress: Progress) -> None:
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
