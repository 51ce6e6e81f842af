"""What the adapter runs with: `CHATWOOT_*` variables."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, Self

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

Status = Literal["pending", "open", "snoozed", "resolved"]


class DeskSettings(BaseSettings):
    """`url`, `access_token` and one of the two secrets have to be set."""

    model_config = SettingsConfigDict(
        env_prefix="CHATWOOT_", env_ignore_empty=True, hide_input_in_errors=True
    )

    url: str = Field(description="Chatwoot as the adapter reaches it: https://desk.example")
    access_token: SecretStr = Field(description="Of the agent bot.")
    webhook_secret: SecretStr | None = Field(
        default=None, description="With which Chatwoot signs what it sends."
    )
    url_token: SecretStr | None = Field(
        default=None,
        description="For a Chatwoot that does not sign yet: it calls …/chatwoot?token=THIS.",
    )
    attachment_origins: tuple[str, ...] = Field(
        default=(),
        description="Where attachments may lie beside `url`: a bucket (https://b.s3.example), or "
        "the address that customers know Chatwoot by.",
    )
    max_attachment_mb: float = Field(default=20.0, gt=0, description="Megabytes of one.")
    fetch_s: float = Field(default=15.0, gt=0, description="Seconds to fetch one.")
    vqa_url: str = Field(default="http://127.0.0.1:8000", description="The service.")
    vqa_key: SecretStr | None = Field(default=None, description="Its key, if it wants one.")
    answer_s: float = Field(default=180.0, gt=0, description="Seconds that the service has.")
    statuses: tuple[Status, ...] = Field(
        default=("pending",),
        description="Conversations that are answered; pending ones are the bot's, open ones have "
        "a person.",
    )
    hand_over: bool = Field(
        default=True, description="Open the conversation for a person where nothing can be told."
    )
    workers: int = Field(default=2, ge=1, description="Messages that are answered at once.")
    max_waiting: int = Field(default=100, ge=1, description="Messages that may wait.")
    state: Path = Field(default=Path("chatwoot.db"), description="What was answered, and where.")

    @model_validator(mode="after")
    def _know_who_calls(self) -> Self:
        if self.webhook_secret is None and self.url_token is None:
            raise ValueError("set CHATWOOT_WEBHOOK_SECRET (or CHATWOOT_URL_TOKEN)")
        return self
