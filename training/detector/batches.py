"""Batches of augmented photographs: which are drawn, how they are changed, what they do not label.

The augmentation is ultralytics' own (mosaic, affine, colour, mirror); a label's class and level
travel through it as one number. Each item is seeded by its epoch and place, so that a resumed
training sees what an unbroken one sees.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from typing import Any

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch.utils.data import DataLoader, Dataset

from tools.networks.torch_runtime import import_ultralytics
from training.detector.data import WEIGHTS, Labels, coded

import_ultralytics()

from ultralytics.cfg import get_cfg  # noqa: E402 - after its environment is set
from ultralytics.data.dataset import YOLODataset  # noqa: E402

RARE = 0.05
"""Classes in fewer than this share of the photographs are drawn more often."""
MOST = 4.0
"""A photograph is drawn at most so many times an epoch."""


class Photographs(YOLODataset):  # type: ignore[misc]
    """Labelled photographs at one size, kept decoded in memory."""

    def __init__(self, rows: Sequence[Labels], size: int, hyp: Any) -> None:
        self.rows = rows
        super().__init__(
            img_path=str(rows[0].file.parent), imgsz=size, cache="ram", hyp=hyp, data={"names": {}}
        )

    def get_img_files(self, _img_path: str) -> list[str]:
        return [str(row.file) for row in self.rows]

    def get_labels(self) -> list[dict[str, Any]]:
        return [
            {
                "im_file": str(row.file),
                "cls": coded(row.classes, row.levels)[:, None].astype(np.float32),
                "bboxes": row.boxes_cxcywh.astype(np.float32),
                "segments": [],
                "keypoints": None,
                "normalized": True,
                "bbox_format": "xywh",
            }
            for row in self.rows
        ]


class Mixture(Dataset[dict[str, Any]]):
    """All groups of photographs as one; an item is (group, photograph, seed).

    A mosaic takes its pictures from one group, so that what is not labelled is the same all over.
    """

    def __init__(
        self, groups: Sequence[Sequence[Labels]], classes: int, size: int, mosaic: float
    ) -> None:
        hyp = get_cfg(overrides={"mosaic": mosaic, "scale": 0.5, "deterministic": False})
        self.parts = [Photographs(rows, size, hyp) for rows in groups]
        self.covered = [torch.zeros(classes) for _ in groups]
        for mask, rows in zip(self.covered, groups, strict=True):
            mask[list(frozenset.intersection(*(row.covered for row in rows)))] = 1

    def set_mosaic(self, share: float) -> None:
        """The share of pictures that are put together from four."""
        for part in self.parts:
            part.transforms = part.build_transforms(
                get_cfg(overrides={"mosaic": share, "scale": 0.5})
            )

    def __getitem__(self, draw: tuple[int, int, int]) -> dict[str, Any]:
        group, photograph, seed = draw
        cv2.setNumThreads(0)
        random.seed(seed)
        np.random.seed(seed)
        item: dict[str, Any] = self.parts[group][photograph]
        return item | {"covered": self.covered[group]}


def repeats(groups: Sequence[Sequence[Labels]], classes: int) -> list[list[float]]:
    """How often each photograph is drawn an epoch: repeat factor sampling.

    `max(1, sqrt(RARE / f))` with f the share of photographs that show the rarest of its classes
    (Gupta, Dollar, Girshick: LVIS, CVPR 2019), f over the groups where the class is labelled.
    """
    shown, asked = np.zeros(classes), np.zeros(classes)
    for rows in groups:
        for row in rows:
            asked[list(row.covered)] += 1
            shown[np.unique(_sure(row))] += 1
    factor = np.sqrt(RARE * asked / np.maximum(shown, 1)).clip(1, MOST)
    return [[float(factor[_sure(row)].max(initial=1.0)) for row in rows] for rows in groups]


def _sure(row: Labels) -> NDArray[np.int64]:
    """The classes of which the photograph shows one, by a label that is mostly right."""
    return row.classes[np.asarray(WEIGHTS)[row.levels] > 0.5]


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
