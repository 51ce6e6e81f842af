"""Batches of augmented photographs: which are drawn, how they are changed, what they do not label.

The augmentation is ultralytics' own (mosaic, affine, colour, mirror). Each item is seeded by its
epoch and place, so that a resumed training sees what an unbroken one sees.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from typing import Any

import cv2
import numpy as np
import torch
from torch.utils.data import DataLoader, Dataset

from evaluation.boxes import LabelledFolder
from tools.torch_runtime import import_ultralytics

import_ultralytics()

from ultralytics.cfg import get_cfg  # noqa: E402 - after its environment is set
from ultralytics.data.dataset import YOLODataset  # noqa: E402

RARE = 0.05
"""Classes in fewer than this share of the photographs are drawn more often."""
MOST = 4.0
"""A photograph is drawn at most so many times an epoch."""


class Photographs(YOLODataset):  # type: ignore[misc]
    """The photographs of one folder, at one size, kept decoded in memory."""

    def __init__(self, folder: LabelledFolder, size: int, hyp: Any) -> None:
        self.folder = folder
        names = dict(enumerate(folder.names))
        super().__init__(
            img_path=str(folder.folder), imgsz=size, cache="ram", hyp=hyp, data={"names": names}
        )

    def get_img_files(self, _img_path: str) -> list[str]:
        return [str(photograph.file) for photograph in self.folder.photographs]

    def get_labels(self) -> list[dict[str, Any]]:
        return [
            {
                "im_file": str(photograph.file),
                "cls": photograph.classes[:, None].astype(np.float32),
                "bboxes": photograph.boxes_cxcywh.astype(np.float32),
                "segments": [],
                "keypoints": None,
                "normalized": True,
                "bbox_format": "xywh",
            }
            for photograph in self.folder.photographs
        ]


class Mixture(Dataset[dict[str, Any]]):
    """All folders as one; an item is (folder, photograph, seed).

    A mosaic takes its pictures from one folder, so that what is not labelled is the same all over.
    """

    def __init__(self, folders: Sequence[LabelledFolder], size: int, mosaic: float) -> None:
        hyp = get_cfg(overrides={"mosaic": mosaic, "scale": 0.5, "deterministic": False})
        self.parts = [Photographs(folder, size, hyp) for folder in folders]
        self.covered = torch.zeros(len(folders), len(folders[0].names))
        for row, folder in zip(self.covered, folders, strict=True):
            row[list(folder.covered)] = 1

    def set_mosaic(self, share: float) -> None:
        """The share of pictures that are put together from four."""
        for part in self.parts:
            part.transforms = part.build_transforms(
                get_cfg(overrides={"mosaic": share, "scale": 0.5})
            )

    def __getitem__(self, draw: tuple[int, int, int]) -> dict[str, Any]:
        folder, photograph, seed = draw
        cv2.setNumThreads(0)
        random.seed(seed)
        np.random.seed(seed)
        item: dict[str, Any] = self.parts[folder][photograph]
        return item | {"covered": self.covered[folder]}


def repeats(folders: Sequence[LabelledFolder]) -> list[list[float]]:
    """How often each photograph is drawn an epoch: repeat factor sampling.

    `max(1, sqrt(RARE / f))` with f the share of photographs that show the rarest of its classes
    (Gupta, Dollar, Girshick: LVIS, CVPR 2019), f over the folders where the class is labelled.
    """
    classes = len(folders[0].names)
    shown, asked = np.zeros(classes), np.zeros(classes)
    for folder in folders:
        asked[list(folder.covered)] += len(folder.photographs)
        for photograph in folder.photographs:
            shown[np.unique(photograph.classes)] += 1
    factor = np.sqrt(RARE * asked / np.maximum(shown, 1)).clip(1, MOST)
    return [
        [float(factor[p.classes].max(initial=1.0)) for p in folder.photographs]
        for folder in folders
    ]


def draws(factors: list[list[float]], epoch: int, count: int) -> list[tuple[int, int, int]]:
    """The `count` items of an epoch: each photograph about as often as its factor."""
    generator = np.random.default_rng(epoch)
    places = [(folder, at) for folder, row in enumerate(factors) for at in range(len(row))]
    whole = np.concatenate([np.asarray(row) for row in factors])
    items: list[int] = []
    while len(items) < count:
        times = (whole + generator.random(len(whole))).astype(int)
        items += generator.permutation(np.repeat(np.arange(len(whole)), times)).tolist()
    seeds = generator.integers(2**31, size=count)
    return [(*places[item], int(seed)) for item, seed in zip(items[:count], seeds, strict=True)]


def batches(
    mixture: Mixture, items: Sequence[tuple[int, int, int]], batch: int, workers: int
) -> Iterator[dict[str, Any]]:
    """The items in batches; the last ones, too few for a batch, are left out."""
    whole = len(items) // batch
    rows = [items[i * batch : (i + 1) * batch] for i in range(whole)]
    yield from DataLoader(
        mixture,
        batch_sampler=rows,  # type: ignore[arg-type]
        num_workers=workers,
        collate_fn=_collate,
    )


def _collate(items: list[dict[str, Any]]) -> dict[str, Any]:
    covered = torch.stack([item.pop("covered") for item in items])
    collated: dict[str, Any] = YOLODataset.collate_fn(items)
    return collated | {"covered": covered}
