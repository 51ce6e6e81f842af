"""A network run by transformers: the same as `qwen3`, on a GPU or for who asks, or any other."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from agent.planners.builtin.qwen3 import Floats, Scores


class TorchNetwork:
    """A folder's network in float32.

    Raises:
        Exception: transformers raises whatever the damaged file made it raise.
    """

    def __init__(self, folder: Path, device: str = "auto") -> None:
        from tools.networks.torch_runtime import pick_device, prepare

        prepare()
        self._device = pick_device(device)
        self._model = _load(folder).to(self._device)

    @property
    def vocabulary(self) -> int:
        """How many tokens have a score."""
        return int(self._model.config.vocab_size)

    @property
    def context(self) -> int:
        """The most tokens that one conversation may have."""
        return int(self._model.config.max_position_embeddings)

    def begin(self, length: int) -> Scores:  # noqa: ARG002 - the cache grows
        """A conversation; what it was given is kept in it."""
        import torch
        from transformers import DynamicCache

        cache = DynamicCache(config=self._model.config)

        def scores(tokens: Sequence[int]) -> Floats:
            with torch.inference_mode():
                given = self._model(
                    input_ids=torch.tensor([list(tokens)], device=self._device),
                    past_key_values=cache,
                    use_cache=True,
                    logits_to_keep=1,
                )
            return np.asarray(given.logits[0, -1].float().cpu())

        return scores


def _load(folder: Path) -> Any:
    """The float32 model, from this folder only, without a progress bar."""
    import torch
    from transformers import AutoModelForCausalLM
    from transformers.utils import logging

    shown = logging.is_progress_bar_enabled()
    logging.disable_progress_bar()
    try:
        return AutoModelForCausalLM.from_pretrained(
            folder, dtype=torch.float32, local_files_only=True, use_safetensors=True
        ).eval()
    finally:
        if shown:
            logging.enable_progress_bar()
