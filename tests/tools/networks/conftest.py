"""The folder of a small fused model."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fakes.fused import fused_folder


@pytest.fixture(scope="session")
def fused(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return fused_folder(tmp_path_factory.mktemp("fused"))
