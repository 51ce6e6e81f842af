"""The photographs that the detector is trained on, and those that training never sees."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

from evaluation.boxes import LabelledFolder, find_folders

VALIDATION_SHARE = 0.1


def is_validation(file: Path) -> bool:
    """Whether a photograph is kept from training: a tenth, by the hash of its name."""
    return hashlib.sha256(file.stem.encode()).digest()[0] < 256 * VALIDATION_SHARE


def split(root: Path) -> tuple[list[LabelledFolder], list[LabelledFolder]]:
    """The folders below `root`, with the photographs for training, and with the others."""
    folders = find_folders(root)
    parts = []
    for kept in (False, True):
        chosen = [
            replace(f, photographs=tuple(p for p in f.photographs if is_validation(p.file) == kept))
            for f in folders
        ]
        parts.append([folder for folder in chosen if folder.photographs])
    return parts[0], parts[1]
