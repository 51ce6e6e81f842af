"""`vqa-agent config show`: each setting, its value, and where that comes from."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from agent.cli.console import ANSWERED, output
from agent.cli.factory import Options, settings_from
from agent.cli.variables import warn_of_strange
from agent.files import dumps

if TYPE_CHECKING:
    from agent import Settings

_PASSWORD = re.compile(r"(?<=//)[^/@\s]+@")


class Row(NamedTuple):
    """A setting; of the tools' as `tools.detector`."""

    name: str
    value: Any
    origin: str


def run_show(given: Mapping[str, Any], *, as_json: bool) -> int:
    """Print two tables, the service's and the agent's, or JSON; secrets are stars."""
    from rich.table import Table

    service, agent = list(_of_service(given)), list(_of_agent())
    warn_of_strange()
    if as_json:
        parts = {"service": service, "agent": agent}
        print(dumps({part: _by_name(rows) for part, rows in parts.items()}, indent=2))
        return ANSWERED
    for title, rows in (("service (VQA_SERVER_…)", service), ("agent (VQA_…)", agent)):
        table = Table(title, "value", "from", box=None, pad_edge=False)
        for row in rows:
            table.add_row(row.name, dumps(row.value), row.origin)
        output().print(table, "")
    return ANSWERED


def _by_name(rows: list[Row]) -> dict[str, Any]:
    return {row.name: {"value": row.value, "from": row.origin} for row in rows}


def _of_service(given: Mapping[str, Any]) -> Iterator[Row]:
    from server.settings import load, origins

    settings = load(given)
    values = settings.model_dump(mode="json")
    for name, origin in origins(settings, given):
        yield Row(name, _without_password(values[name]), origin)


def _of_agent() -> Iterator[Row]:
    """What is set nowhere and is no default, the profile has chosen."""
    from agent import Settings

    settings = settings_from(Options())
    defaults = _flat(Settings.model_construct().model_dump(mode="json"))
    sources = _sources(settings)
    for name, value in _flat(settings.model_dump(mode="json")).items():
        origin = next((origin for origin, names in sources.items() if name in names), None)
        if origin is None:
            origin = "default" if value == defaults[name] else "profile"
        yield Row(name, _without_password(value), origin)


def _sources(settings: Settings) -> dict[str, set[str]]:
    """The names that each source sets, the one that wins first."""
    from pydantic_settings import DotEnvSettingsSource, EnvSettingsSource, SecretsSettingsSource

    from agent.settings import secrets_folder

    kind = type(settings)
    found = {
        "environment": EnvSettingsSource(kind)(),
        "secret": SecretsSettingsSource(kind, secrets_folder())(),
        "file": DotEnvSettingsSource(kind, env_file=settings.env_file)(),
    }
    return {origin: set(_flat(values)) for origin, values in found.items()}


def _flat(values: Mapping[str, Any]) -> dict[str, Any]:
    """`{"tools": {"detector": …}}` as `tools.detector`."""
    own = {name: value for name, value in values.items() if name != "tools"}
    return own | {f"tools.{name}": value for name, value in (values.get("tools") or {}).items()}


def _without_password(value: Any) -> Any:
    """`http://user:password@host` as `http://***@host`."""
    return _PASSWORD.sub("***@", value) if isinstance(value, str) else value
