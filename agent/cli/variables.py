"""`VQA_…` variables that nothing reads: a slip in a name would go unnoticed."""

from __future__ import annotations

import os
from collections.abc import Iterable

from agent.cli.console import note

OTHERS = ("VQA_MODELS_MIRROR",)
"""What is read besides settings."""


def warn_of_strange() -> None:
    """Name those of the environment and its file on stderr, each with the nearest that is read."""
    from dotenv import dotenv_values

    from agent.settings import ENV_FILE
    from server.settings import did_you_mean

    known = known_variables()
    file = os.environ.get(ENV_FILE)
    for name in strange([*os.environ, *(dotenv_values(file) if file else ())], known):
        note(f"{name} is set, and nothing reads it{did_you_mean(name, known)}")


def strange(names: Iterable[str], known: Iterable[str]) -> list[str]:
    """Those that look like ours and are none of the known ones, in any case of letters."""
    read = set(known)
    return [name for name in names if name.upper().startswith("VQA_") and name.upper() not in read]


def known_variables() -> list[str]:
    """All that is read, in capitals."""
    from agent import Settings
    from server.settings import PREFIX, ServerSettings
    from tools.toolset import ToolConfig

    return [
        *(PREFIX + name.upper() for name in ServerSettings.model_fields),
        *("VQA_" + name.upper() for name in Settings.model_fields),
        *("VQA_TOOLS__" + name.upper() for name in ToolConfig.model_fields),
        *OTHERS,
    ]
