"""`vqa-agent serve`: the service in the foreground, until Ctrl-C."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from typing import Any

from agent.cli.console import ANSWERED, INTERRUPTED, note, output
from agent.cli.factory import Options, open_agent
from agent.cli.serve import terminated_like_interrupted
from agent.cli.variables import warn_of_strange

HINT = """{url} serves: open it in a browser, or in another terminal:

  curl -F question="What does the sign say?" -F pictures=@photo.jpg {url}/v1/ask

Once there are keys, requests bring one: -H "Authorization: Bearer vqa_sk_…"
What else there is: {url}/docs. Ctrl-C lets questions finish and ends it; twice, at once."""


def run_service(factory: Any, given: Mapping[str, Any]) -> int:
    """Serve until SIGINT or SIGTERM."""
    from server.settings import load

    settings = load(given)
    warn_of_strange()
    streams = settings.looks_side_by_side
    # Before NumPy is imported: its threads would wait, busily, for one another on all cores.
    os.environ.setdefault("OMP_NUM_THREADS", str(max(1, (os.cpu_count() or 1) // streams)))
    from server.running import StoppedAtOnceError, serve

    options = Options(streams=streams)
    with open_agent(factory, options) as agent, terminated_like_interrupted():
        try:
            serve(settings, agent, lambda url: output().print(HINT.format(url=url), soft_wrap=True))
        except StoppedAtOnceError:
            note("stopped at once")
            sys.stderr.flush()
            os._exit(INTERRUPTED)  # Python would wait for tools that look; all answers are stored
        except KeyboardInterrupt:  # as it is meant to end: everything is drained and closed
            note("stopped")
    return ANSWERED
