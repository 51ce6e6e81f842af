"""Settings: every knob, from arguments, `VQA_*` environment variables or a file that is named.

`VQA_PLANNER_URL`, `VQA_PLANNER_MODEL`, `VQA_TOOLS__DETECT_THRESHOLD=0.5` … A `.env` of the working
directory is not read unasked: whoever put it there could have pictures' text sent anywhere.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Self

from pydantic import DirectoryPath, Field, FilePath, SecretStr, model_validator
from pydantic_settings import (
    BaseSettings,
    DotEnvSettingsSource,
    PydanticBaseSettingsSource,
    SecretsSettingsSource,
    SettingsConfigDict,
)

from agent.planners import BUILTIN, PlannerRuntime
from agent.planners.server.address import DEFAULT_URL
from agent.preferences import Preferences
from models import catalog
from tools.pictures.store import MAX_PAGES
from tools.toolset import ToolConfig
from tools.weights.downloads import is_pulled

ENV_FILE = "VQA_ENV_FILE"
SECRETS_DIR = "VQA_SECRETS_DIR"
SYSTEMD_CREDENTIALS = "CREDENTIALS_DIRECTORY"
"""Systemd's variable: the folder of what a unit's `LoadCredential=` lists."""
_TASKS: dict[str, catalog.Task] = {
    "detector": "detection",
    "classifier": "classification",
    "fusion": "embedding",
}
"""The settings of `ToolConfig` that name weights, and what these are for."""


def secrets_folder(given: Path | None = None) -> Path | None:
    """Where secret files lie: what is given, `VQA_SECRETS_DIR`, systemd's; None if nowhere."""
    named = given or os.environ.get(SECRETS_DIR) or os.environ.get(SYSTEMD_CREDENTIALS)
    return Path(named) if named and Path(named).is_dir() else None


class Settings(BaseSettings):
    """What a `VisualAgent` runs with."""

    model_config = SettingsConfigDict(
        env_prefix="VQA_", env_nested_delimiter="__", env_ignore_empty=True, extra="ignore"
    )

    env_file: FilePath | None = Field(
        default=None,
        description="A file of `VQA_…=…` lines that is read as well; the environment wins.",
    )
    secrets_dir: DirectoryPath | None = Field(
        default=None,
        description="A folder of files that are called as variables are and hold their values "
        "(VQA_PLANNER_API_KEY), for what no environment should show; unset: systemd's credentials.",
    )
    planner_url: str | None = Field(
        default=None,
        description="An OpenAI-compatible server (http://host:8000/v1, or unix:/path), or "
        "`builtin`; without it, the built-in planner plans, and with the profile `gpu` the server "
        f"at {DEFAULT_URL}.",
    )
    planner_model: str | None = Field(default=None, description="The model's name on that server.")
    planner_api_key: SecretStr | None = Field(default=None, description="Its key, if it wants one.")
    planner_path: Path | None = Field(
        default=None,
        description="A folder of weights that were taught to plan, instead of the built-in ones.",
    )
    planner_runtime: PlannerRuntime = Field(
        default="auto",
        description="What weights in this process run on: `numpy`, which starts at once, or "
        "`torch`, on a GPU if there is one; `auto` takes NumPy for Qwen3 weights as small as "
        "the built-in ones.",
    )
    planner_fallback: str | None = Field(
        default=None,
        description="What plans while the server cannot be had: `builtin`, or another server.",
    )
    planner_max_tokens: int = Field(
        default=4096,
        ge=1,
        description="Tokens that a server's model may write in one turn, its thinking included.",
    )
    planner_strict: bool | None = Field(
        default=None,
        description="Whether the answer's schema goes with the tools in one request: yes for a "
        "server that makes one grammar of both (vLLM), no for one that refuses, or then calls no "
        "tool. Unset: as vLLM needs it for the model's family.",
    )
    planner_sees: bool = Field(
        default=False,
        description="Show the pictures to the server's model, too (it must be one that takes "
        "pictures); what it says must rest on evidence all the same.",
    )
    profile: catalog.Profile = Field(
        default="builtin",
        description="Which weights the tools load if none are named: built-in ones, or those that "
        "suit a CPU or a GPU, once they are pulled (vqa-agent models); with `gpu`, a server plans.",
    )
    timeout_s: float = Field(default=60.0, gt=0, description="Seconds for one planner call.")
    tool_timeout_s: float = Field(default=60.0, gt=0, description="Seconds for one tool call.")
    deadline_s: float = Field(
        default=120.0,
        gt=0,
        description="Seconds for one question, all its calls included; then it ends with what is "
        "there. Three quarters of them are for the tools.",
    )
    max_model_calls: int = Field(default=6, ge=1, description="Planner calls of one question.")
    max_tool_calls: int = Field(default=12, ge=0, description="Tool calls of one question.")
    max_pages: int = Field(
        default=MAX_PAGES,
        ge=1,
        description="Pages of one file, or pictures of one folder, that are looked at.",
    )
    max_repairs: int = Field(default=1, ge=0, description="Repair turns of one question.")
    streams: int = Field(
        default=1,
        ge=1,
        description="Looks of one tool that run side by side on a CPU, each on its share of the "
        "cores: more looks a second, each of which takes longer. 1: each look has all cores.",
    )
    cache_dir: Path | None = Field(
        default=None, description="Keep tool results here between runs; without it, in memory only."
    )
    preferences: Preferences = Field(
        default_factory=Preferences,
        description="How answers are wanted, unless somebody says otherwise: language, length, "
        "names.",
    )
    tools: ToolConfig = Field(
        default_factory=ToolConfig, description="What the tools load, and their bars."
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - pydantic's signature
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments, then the environment, then secret files, then the file that is named."""
        given = init_settings()
        named = given.get("env_file") or os.environ.get(ENV_FILE) or None
        named_file = DotEnvSettingsSource(settings_cls, env_file=named)
        secrets = SecretsSettingsSource(settings_cls, secrets_folder(given.get("secrets_dir")))
        return init_settings, env_settings, secrets, named_file, dotenv_settings

    @model_validator(mode="after")
    def _choose_planner(self) -> Self:
        """Let the profile name the server that nobody named."""
        if self.planner_url is None and self.profile == "gpu" and self.planner_path is None:
            self.planner_url = DEFAULT_URL
        elif self.planner_url == BUILTIN:
            self.planner_url = None
        return self

    @model_validator(mode="after")
    def _choose_weights(self) -> Self:
        """Let the profile name the weights that nobody named, where they are here."""
        here = {
            setting: row.name
            for setting, row in self._unnamed().items()
            if self.tools.allow_download or is_pulled(row)
        }
        if here:
            self.tools = self.tools.model_copy(update=here)
        return self

    @property
    def not_pulled(self) -> list[catalog.Model]:
        """What the profile would choose and is not here yet: the built-in weights look instead."""
        return list(self._unnamed().values())

    def _unnamed(self) -> dict[str, catalog.Model]:
        """What the profile chooses besides built-in weights, by the setting that names nothing."""
        chosen = catalog.profile(self.profile)
        return {
            setting: chosen[task]
            for setting, task in _TASKS.items()
            if task in chosen
            and not chosen[task].is_builtin
            and getattr(self.tools, setting) is None
        }
