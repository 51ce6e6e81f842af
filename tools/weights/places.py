"""Where this program keeps what it fetches and makes."""

from __future__ import annotations

from pathlib import Path


def cache_directory() -> Path:
    """Where weights and settings of this program are kept for this user."""
    from platformdirs import user_cache_path

    return user_cache_path("vqa-agent")
