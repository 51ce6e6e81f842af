"""Makes the agent that a command talks to; tests put their own factory into typer's context.

`runner.invoke(app, [...], obj=factory)`: a command calls `factory(options)` once, when it needs
an agent, and closes it at the end.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from agent import VisualAgent


@dataclass(frozen=True)
class Options:
    """What the command line says about the agent; None leaves it to the settings (`VQA_…`)."""

    planner_url: str | None = None
    planner_model: str | None = None


Factory = Callable[[Options], "VisualAgent"]


def make_agent(options: Options) -> VisualAgent:
    """The real agent: settings from the environment, overridden by the options given."""
    from agent import Settings, VisualAgent

    given = {name: value for name, value in vars(options).items() if value is not None}
    return VisualAgent(Settings(**given))


@contextmanager
def open_agent(factory: Any, options: Options) -> Iterator[VisualAgent]:
    """The agent of this command, closed when the command is over."""
    make: Factory = factory or make_agent
    agent = make(options)
    try:
        yield agent
    finally:
        agent.close()
