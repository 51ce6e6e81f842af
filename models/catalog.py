"""The table of models: what is built in, what can be pulled from a hub, and what each can see.

Rows only; finding files is `tools.weights`, fetching them `tools.downloads`. Hash, size and
figures of the built-in files stand in `builtin.json`, which the trainings rewrite with `record`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Literal

Task = Literal["planning", "detection", "classification", "embedding"]
Profile = Literal["builtin", "cpu", "gpu"]

FOLDER = Path(__file__).parent
_RECORDED = FOLDER / "builtin.json"
_COCO = "80 COCO classes"
_YOLO_RELEASE = "https://github.com/ultralytics/assets/releases/download/v8.4.0"


@dataclass(frozen=True)
class Model:
    """A row: one file of weights, or a repository of them."""

    name: str
    task: Task
    file: str
    """Where it lies below `models/` (built in) or below the cache folder (pulled)."""
    licence: str
    knows: str
    """Classes, vocabulary or languages."""
    input_side: int | None = None
    """Pixels of the longer side that the network sees."""
    millions: float | None = None
    """Parameters."""
    profiles: frozenset[Profile] = frozenset()
    url: str | None = None
    """A file to download."""
    repository: str | None = None
    """A repository on the Hugging Face hub, pulled as a folder."""
    revision: str | None = None
    sha256: str | None = None
    """None: pinned when it is pulled first (`tools.downloads`)."""
    bytes: int | None = None
    figures: Mapping[str, float] = field(default_factory=dict)
    """Measured by us, on pictures that training never saw."""

    @property
    def is_builtin(self) -> bool:
        """Whether it comes with the package."""
        return self.url is None and self.repository is None


def catalog() -> tuple[Model, ...]:
    """All rows: built in first, then by task and size."""
    return (*_builtin(), *_hub())


def find(name: str) -> Model | None:
    """The row of that name, or of that file name (`yolo26m`, `yolo26m.pt`)."""
    return next((m for m in catalog() if name in (m.name, Path(m.file).name)), None)


def profile(name: Profile) -> dict[Task, Model]:
    """The row of each task that a profile chooses."""
    return {model.task: model for model in catalog() if name in model.profiles}


def record(file: Path, figures: Mapping[str, float]) -> None:
    """Write hash, size and measured figures of a built-in file into `builtin.json`."""
    recorded = _recorded() if _RECORDED.is_file() else {}
    recorded[file.resolve().relative_to(FOLDER).as_posix()] = {
        "sha256": sha256_of(file),
        "bytes": file.stat().st_size,
        "figures": dict(figures),
    }
    _RECORDED.write_text(json.dumps(dict(sorted(recorded.items())), indent=1) + "\n")


def sha256_of(file: Path) -> str:
    """The hash of a file's content; remembered while name, size and time of change stay."""
    stat = file.stat()
    return _sha256(file, stat.st_size, stat.st_mtime_ns)


@lru_cache(maxsize=64)
def _sha256(file: Path, _size: int, _changed: int) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def _recorded() -> dict[str, dict[str, object]]:
    recorded: dict[str, dict[str, object]] = json.loads(_RECORDED.read_text(encoding="utf-8"))
    return recorded


def _builtin() -> Iterator[Model]:
    every: frozenset[Profile] = frozenset({"builtin", "cpu", "gpu"})
    rows = (
        Model("planner", "planning", "planner/model.safetensors", "AGPL-3.0", "English, Chinese",
              millions=5.5, profiles=every),
        Model("detector", "detection", "detector/detector.pt", "AGPL-3.0", _COCO, 320,
              millions=2.6, profiles=frozenset({"builtin"})),
        Model("classifier", "classification", "classifier/model.safetensors", "AGPL-3.0",
              "81 groceries of 43 kinds", 128, millions=3.9, profiles=every),
    )  # fmt: skip
    recorded = _recorded()
    for row in rows:
        known = recorded.get(row.file)
        if known is not None:
            yield Model(**{**vars(row), **known})


def _hub() -> Iterator[Model]:
    sizes = {"n": 2.6, "s": 10.0, "m": 21.9, "l": 26.3, "x": 59.0}
    chosen: dict[str, frozenset[Profile]] = {"s": frozenset({"cpu"}), "m": frozenset({"gpu"})}
    for size, millions in sizes.items():
        yield _yolo(f"yolo26{size}", _COCO, millions, chosen.get(size, frozenset()))
    for size in sizes:
        yield _yolo(f"yoloe-26{size}-seg", "any words", None, frozenset())
    yield Model(
        "regnety_016.tv2_in1k", "classification", "classifier/regnety_016.tv2_in1k",
        "BSD-3-Clause", "1000 ImageNet classes", 224, millions=11.2,
        repository="timm/regnety_016.tv2_in1k", revision="main",
    )  # fmt: skip
    yield Model(
        "siglip2-base-patch16-224", "embedding", "embedding/siglip2-base-patch16-224",
        "Apache-2.0", "any words, many languages", 224, millions=375.0,
        repository="google/siglip2-base-patch16-224", revision="main",
    )  # fmt: skip


def _yolo(name: str, knows: str, millions: float | None, profiles: frozenset[Profile]) -> Model:
    return Model(
        name, "detection", f"detector/{name}.pt", "AGPL-3.0", knows, 640, millions=millions,
        profiles=profiles, url=f"{_YOLO_RELEASE}/{name}.pt", revision="v8.4.0",
    )  # fmt: skip
