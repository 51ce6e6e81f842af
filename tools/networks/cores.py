"""How the networks of this process share its cores; said once, before any of them loads.

One inference at a time takes all cores: the shortest time for one picture. Several side by side
take a share each, which gives more pictures a second: no core waits for another within a layer.
`OMP_NUM_THREADS` limits the threads of an inference, as it does those of torch.
"""

from __future__ import annotations

import os

_shared: list[int] = [1]


def share(streams: int) -> None:
    """Let so many inferences run side by side, in all networks that load from now on."""
    _shared[0] = streams


def streams() -> int:
    """How many inferences of a network run side by side."""
    return _shared[0]


def threads() -> int | None:
    """Threads of one inference; None: as many as there are cores."""
    said = os.environ.get("OMP_NUM_THREADS", "")
    most = int(said) if said.isdigit() and int(said) else None
    if streams() == 1:
        return most
    fair = max(1, (os.cpu_count() or 1) // streams())
    return min(fair, most or fair)
