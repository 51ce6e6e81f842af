"""The service's settings: options, `VQA_SERVER_*` variables, or a TOML file that is named.

The agent's own settings (`VQA_*`) are `agent.settings`'s.
"""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal, Self

import platformdirs
from pydantic import Field, SecretStr, ValidationError, model_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from tools.errors import InputError

CONFIG = "VQA_SERVER_CONFIG"
"""The variable that names the TOML file."""
PREFIX = "VQA_SERVER_"
Origin = Literal["default", "file", "environment", "option"]
MB = 1_000_000


class ServerSettings(BaseSettings):
    """What the service runs with; made by `load`."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_ignore_empty=True, extra="forbid", hide_input_in_errors=True
    )

    config: Path | None = Field(
        default=None, description="A TOML file with any of these settings; the environment wins."
    )
    host: str = Field(default="127.0.0.1", description="Where to listen.")
    port: int = Field(default=8000, ge=0, le=65535, description="0: any free one.")
    data_dir: Path = Field(
        default_factory=lambda: platformdirs.user_data_path("vqa-agent") / "server",
        description="Pictures and, unless `database_url` says otherwise, the database.",
    )
    database_url: SecretStr | None = Field(
        default=None,
        description="postgresql://user:password@host/name; unset: SQLite in `data_dir`.",
    )
    max_body_mb: float = Field(default=120.0, gt=0, description="Megabytes of one request.")
    max_picture_mb: float = Field(default=50.0, gt=0, le=100, description="Of one picture file.")
    max_pictures: int = Field(default=10, ge=1, description="Pictures of one question.")
    max_conversation_pictures: int = Field(default=50, ge=1, description="Of one conversation.")
    max_running: int = Field(default=4, ge=1, description="Questions that are answered at once.")
    max_waiting: int = Field(default=64, ge=0, description="Questions that wait for their turn.")
    max_wait_s: float = Field(default=30.0, gt=0, description="Seconds that one waits at most.")
    streams: int | None = Field(
        default=None,
        ge=1,
        description="Looks of one tool side by side on a CPU, each on its share of the cores; "
        "unset: one for each core, at most `max_running`.",
    )
    deadline_s: float = Field(
        default=150.0,
        gt=0,
        description="Seconds for one question, its waiting included; `VQA_DEADLINE_S`, after "
        "which the agent answers with what is there, should be less.",
    )
    drain_s: int = Field(
        default=30, ge=0, description="Seconds that questions have to finish when it is stopped."
    )
    open_conversations: int = Field(
        default=32, ge=0, description="Conversations kept in memory; others are read again."
    )
    file_days: float = Field(default=30.0, gt=0, description="Days that uploaded files are kept.")
    conversation_days: float = Field(
        default=30.0, gt=0, description="Days after its last turn that a conversation is kept."
    )
    require_keys: bool = Field(
        default=False,
        description="Want an API key even on loopback and before one was created.",
    )
    requests_per_minute: int = Field(
        default=600, ge=1, description="Of one key, unless the key says otherwise."
    )
    requests_per_day: int | None = Field(
        default=None, ge=1, description="Of one key, unless the key says otherwise."
    )
    pictures_per_day: int | None = Field(
        default=None, ge=1, description="New ones of one key, unless the key says otherwise."
    )
    storage_mb: float | None = Field(
        default=None, gt=0, description="Megabytes of pictures that are kept for one key."
    )
    hosts: tuple[str, ...] = Field(
        default=(),
        description="Names by which the service is called; on loopback beside its own, elsewhere "
        "any name unless one is set.",
    )
    cors_origins: tuple[str, ...] = Field(
        default=(), description="Other sites (https://shop.example) whose pages may ask."
    )
    remote_pictures: tuple[str, ...] = Field(
        default=(),
        description="Hosts that http(s) pictures may come from (name, *.name, name:port); "
        "empty: none.",
    )
    remote_s: float = Field(default=10.0, gt=0, description="Seconds to fetch one of them.")
    ready_s: float = Field(
        default=10.0, ge=0, description="Seconds for which one look at readiness holds."
    )
    warm_up: bool = Field(default=True, description="Load planner and tools at the start.")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - pydantic's signature
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Options, then the environment, then the file that one of them names."""
        named = init_settings().get("config") or os.environ.get(CONFIG) or None
        file = TomlConfigSettingsSource(settings_cls, Path(named) if named else None)
        return init_settings, env_settings, file

    @model_validator(mode="after")
    def _wait_within_the_deadline(self) -> Self:
        if self.max_wait_s > self.deadline_s:
            raise ValueError("max_wait_s is more than deadline_s")
        return self

    @property
    def looks_side_by_side(self) -> int:
        """`streams`, or what suits this machine."""
        return self.streams or min(os.cpu_count() or 1, self.max_running)

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine can reach it."""
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"

    @property
    def url_of_database(self) -> str:
        """SQLAlchemy's URL."""
        if self.database_url is None:
            return f"sqlite:///{self.data_dir / 'server.db'}"
        url = self.database_url.get_secret_value()
        scheme, colon, rest = url.partition("://")
        return f"postgresql+psycopg{colon}{rest}" if scheme.startswith("postgres") else url


def load(options: Mapping[str, Any] | None = None) -> ServerSettings:
    """The settings; `options` (those that are not None) win.

    Raises:
        InputError: the file or a value cannot be used; the message names it.
    """
    given = {name: value for name, value in (options or {}).items() if value is not None}
    named = given.get("config") or os.environ.get(CONFIG)
    if named and not Path(named).is_file():
        raise InputError(f"there is no settings file {named}")
    try:
        return ServerSettings(**given)
    except ValidationError as error:
        wrong = [f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors()]
        raise InputError(f"settings of the service ({PREFIX}…): " + "; ".join(wrong)) from None
    except ValueError as error:  # the file is no TOML
        raise InputError(f"{named} is no TOML: {error}") from None


def origins(settings: ServerSettings, options: Mapping[str, Any]) -> Iterator[tuple[str, Origin]]:
    """Where each setting comes from, in the order of the class."""
    in_file = TomlConfigSettingsSource(ServerSettings, settings.config)()
    for name in ServerSettings.model_fields:
        if options.get(name) is not None:
            yield name, "option"
        elif os.environ.get(PREFIX + name.upper()):
            yield name, "environment"
        else:
            yield name, "file" if name in in_file else "default"
