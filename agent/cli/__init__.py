"""The command line: `vqa-agent ask | chat | batch | explain | index | search | doctor …`.

Start at `app.py`, which names the modules of the commands. Nothing heavy is imported before a
command runs, so that `vqa-agent --help` is instant. Answering is `agent.run`'s, not ours.
"""

from agent.cli.app import app, main
from agent.cli.factory import make_agent

__all__ = ["app", "main", "make_agent"]
