"""What all tests share: a planner that is scripted, tools that are small and real."""

from __future__ import annotations

import os
import tempfile

os.environ.setdefault("OMP_NUM_THREADS", "1")
_cache = tempfile.TemporaryDirectory(prefix="vqa-agent-tests-")
# Tests hold on a machine that is busy with something else.
os.environ.update(VQA_DEADLINE_S="900", VQA_TOOL_TIMEOUT_S="600")
# Nobody's own cache and index are read or filled.
os.environ.update(XDG_CACHE_HOME=_cache.name, XDG_DATA_HOME=_cache.name)

from hypothesis import settings  # noqa: E402

from tests.fakes.weights import folder, open_weights, weights  # noqa: E402 - after the above

settings.register_profile("busy machine", deadline=None)  # no test asserts on the clock
settings.load_profile("busy machine")

__all__ = ["folder", "open_weights", "weights"]
