"""The service's settings: options, `VQA_SERVER_*` variables, or a TOML file that is named.

The agent's own settings (`VQA_*`) are `agent.settings`'s.
"""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal, Self

import platformdirs
from pydantic import Field, SecretStr, ValidationError, model_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SecretsSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from agent.settings import SECRETS_DIR, secrets_folder
from tools.errors import InputError

CONFIG = "VQA_SERVER_CONFIG"
"""The variable that names the TOML file."""
PREFIX = "VQA_SERVER_"
Origin = Literal["default", "file", "secret", "environment", "option"]
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
    max_batch: int = Field(default=200, ge=1, description="Questions of one batch.")
    max_running: int = Field(default=4, ge=1, description="Questions that are answered at once.")
    max_waiting: int = Field(default=256, ge=0, description="Questions that wait for their turn.")
    max_wait_s: float = Field(default=100.0, gt=0, description="Seconds that one waits at most.")
    streams: int | None = Field(
        default=None,
        ge=1,
        description="Looks of one tool side by side on a CPU, each on its share of the cores; "
        "unset: one for each core, at most `max_running`.",
    )
    deadline_s: float = Field(
        default=240.0,
        gt=0,
        description="Seconds for one question, its waiting included; `VQA_DEADLINE_S`, after "
        "which the agent answers with what is there, should be less.",
    )
    heartbeat_s: float = Field(
        default=15.0, gt=0, description="The longest that a stream says nothing, in seconds."
    )
    drain_s: int = Field(
        default=30, ge=0, description="Seconds that questions have to finish when it is stopped."
    )
    open_conversations: int = Field(
        default=32, ge=0, description="Conversations kept in memory; others are read again."
    )
    index: Path | None = Field(
        default=None,
        description="An index of pictures (vqa-agent index) that callers may search and ask about.",
    )
    index_folder: Path | None = Field(
        default=None,
        description="Of the index, only pictures below this folder are served, by their names "
        "from there; unset: below the folder that all of them have in common.",
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
    log: Literal["json", "text"] = Field(
        default="json", description="Lines of the log: for programs, or for a person."
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="From which level on there are lines."
    )
    metrics_key: SecretStr | None = Field(
        default=None,
        min_length=16,
        description="Who brings it (Authorization: Bearer …) reads /metrics; unset: whoever may "
        "ask without an API key, and nobody once one is needed.",
    )
    otlp_endpoint: str | None = Field(
        default=None,
        description="http(s) address of an OpenTelemetry collector; unset: "
        "OTEL_EXPORTER_OTLP_ENDPOINT, and without that no spans.",
    )
    look_ahead: tuple[str, ...] = Field(
        default=(),
        description="Tools that look at pictures before they are asked about, while nobody asks.",
    )
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
        """Options, then the environment, then secret files, then the file that is named."""
        named = init_settings().get("config") or os.environ.get(CONFIG) or None
        file = TomlConfigSettingsSource(settings_cls, Path(named) if named else None)
        secrets = SecretsSettingsSource(settings_cls, secrets_folder())
        return init_settings, env_settings, secrets, file

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
    folder = os.environ.get(SECRETS_DIR)
    if folder and not Path(folder).is_dir():
        raise InputError(f"there is no folder {folder} ({SECRETS_DIR})")
    try:
        return ServerSettings(**given)
    except ValidationError as error:
        wrong = [_wrong(".".join(map(str, e["loc"])), e) for e in error.errors()]
        raise InputError(f"settings of the service ({PREFIX}…): " + "; ".join(wrong)) from None
    except ValueError as error:  # the file is no TOML
        raise InputError(f"{named} is no TOML: {error}") from None


def _wrong(name: str, error: Mapping[str, Any]) -> str:
    if error["type"] == "extra_forbidden":
        return f"{name}: there is no such setting{did_you_mean(name, ServerSettings.model_fields)}"
    return f"{name}: {error['msg']}"


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """`, did you mean port?` for `prot`; empty where nothing is near."""
    near = get_close_matches(name, list(known), n=1, cutoff=0.7)
    return f", did you mean {near[0]}?" if near else ""


def origins(settings: ServerSettings, options: Mapping[str, Any]) -> Iterator[tuple[str, Origin]]:
    """Where each setting comes from, in the order of the class."""
    in_file = TomlConfigSettingsSource(ServerSettings, settings.config)()
    in_secrets = SecretsSettingsSource(ServerSettings, secrets_folder())()
    for name in ServerSettings.model_fields:
        if options.get(name) is not None:
            yield name, "option"
        elif os.environ.get(PREFIX + name.upper()):
            yield name, "environment"
        elif name in in_secrets:
            yield name, "secret"
        else:
            yield name, "file" if name in in_file else "default"
