"""The sizes of a text encoder, as its configuration file has them."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

WEIGHTS, TOKENIZER, CONFIG = "text.safetensors", "text_tokenizer.json", "text_config.json"
"""The files of a text encoder, in one folder."""


class TextConfig(BaseModel):
    """Sizes of a text encoder's network."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    vocabulary: int
    width: int = 256
    """Dimensions of a token's vector."""
    layers: int = 3
    heads: int = 4
    feed: int = 512
    """Width of the feed-forward networks."""
    longest: int = 40
    """Tokens that are read of a text; the rest is cut off."""
    dimensions: int = 384
    """Of a text's vector."""
    dropout: float = 0.0
    """In training."""
