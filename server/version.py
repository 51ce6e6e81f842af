"""The version that is installed."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version


def installed_version() -> str:
    """Of the distribution; `0` from the source tree alone."""
    try:
        return version("vqa-agent")
    except PackageNotFoundError:
        return "0"
