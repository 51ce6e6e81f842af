"""Makes the agent that a command talks to; tests put their own factory into typer's context.

`runner.invoke(app, [...], obj=factory)`: a command calls `factory(options)` once, when it needs
an agent, and closes it at the end.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from agent.cli.console import note

if TYPE_CHECKING:
    from agent import Settings, VisualAgent


ORIGIN = "VQA_…, or the file of --env-file"


@dataclass(frozen=True)
class Options:
    """What the command line says about the agent; None leaves it to the settings (`VQA_…`)."""

    planner_url: str | None = None
    planner_model: str | None = None
    preferences: dict[str, Any] | None = None
    """How answers are wanted (`agent.preferences`)."""
    streams: int | None = None

    @classmethod
    def wanting(
        cls,
        planner_url: str | None,
        planner_model: str | None,
        *,
        language: str | None,
        length: str | None,
        names: list[str] | None,
    ) -> Self:
        """With preferences, of which None leaves one to the settings.

        Raises:
            InputError: a name is not of the form THING=NAME.
        """
        given = {"language": language, "length": length, "names": _names(names or ())}
        preferences = {name: value for name, value in given.items() if value}
        return cls(planner_url, planner_model, preferences or None)


def _names(given: Iterable[str]) -> dict[str, str]:
    from tools.errors import InputError

    names: dict[str, str] = {}
    for word in given:
        thing, equals, name = word.partition("=")
        if not equals:
            raise InputError(f'--name {word}: give a thing and its name, as cup="MugMaster 300"')
        names[thing.strip()] = name.strip()
    return names


Factory = Callable[[Options], "VisualAgent"]


def make_agent(options: Options) -> VisualAgent:
    """The real agent: settings from the environment, overridden by the options given.

    Raises:
        InputError: a setting (a `VQA_…` variable, say) has a value that it cannot have.
    """
    from agent import VisualAgent
    from tools.errors import InputError
    from tools.weights.downloads import how_to_pull

    settings = settings_from(options)
    for row in settings.not_pulled:
        note(f"{row.name} is not here yet, built-in weights look: {how_to_pull(row)}")
    try:
        return VisualAgent(settings)
    except ValueError as error:
        raise InputError(f"settings ({ORIGIN}): {error}") from None


def settings_from(options: Options) -> Settings:
    """The settings of the environment, overridden by the options given.

    A file that is read for them (--env-file, `VQA_ENV_FILE`) is named on stderr.

    Raises:
        InputError: a setting (a `VQA_…` variable, say) has a value that it cannot have.
    """
    from pydantic import ValidationError

    from agent import Settings
    from tools.errors import InputError

    given = {name: value for name, value in vars(options).items() if value is not None}
    try:
        settings = Settings(**given)
    except ValidationError as error:
        wrong = [f"{'__'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors()]
        raise InputError(f"settings ({ORIGIN}): " + "; ".join(wrong)) from None
    if settings.env_file is not None:
        note(f"settings are read from {settings.env_file}, too")
    return settings


@contextmanager
def open_agent(factory: Any, options: Options) -> Iterator[VisualAgent]:
    """The agent of this command, closed when the command is over."""
    make: Factory = factory or make_agent
    agent = make(options)
    try:
        yield agent
    finally:
        agent.close()
