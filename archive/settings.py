"""A home's `baogao.toml`: how it runs unattended, whom it tells, what it keeps. Strict: a slip is an error."""

from __future__ import annotations

import os
import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator

from archive.errors import BadArgumentsError
from archive.home import Home
from archive.sources import nearest, read_toml

# Addresses and commands may hold keys: an administrator can keep them out of the file.
FROM_ENVIRONMENT: Final[Mapping[str, tuple[str, str]]] = {
    "BAOGAO_HEARTBEAT": ("run", "heartbeat"),
    "BAOGAO_ALERT_COMMAND": ("alert", "command"),
    "BAOGAO_ALERT_WEBHOOK": ("alert", "webhook"),
}


class Part(BaseModel):
    """What the tables of the file share: unknown keys are errors, nothing changes after loading."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class RunSettings(Part):
    """`baogao run`: sources crawled at once, the longest a source may take, and whom to tell that it came to its end.

    A first crawl of a county portal is 60 requests and takes three minutes (USERS §5.1): six hours are a broken site.
    """

    jobs: int = Field(default=2, ge=1)
    hours: float = Field(default=6.0, gt=0)
    heartbeat: SecretStr | None = None


class AlertSettings(Part):
    """Where digests go, and at which bad verdict in a row (ANCHORS, run verdicts: the second)."""

    command: SecretStr | None = None
    webhook: SecretStr | None = None
    after: int = Field(default=2, ge=1)


class KeepSettings(Part):
    """How long logs are kept, in days, and the size in megabytes at which one is put aside."""

    log_days: int = Field(default=90, ge=1)
    log_mb: float = Field(default=10.0, gt=0)


class CrawlSettings(Part):
    """Hosts inside this network that may be asked though no source file begins there, as "host" or "host:port"."""

    private: tuple[str, ...] = ()


class Settings(Part):
    """The whole file."""

    run: RunSettings = RunSettings()
    alert: AlertSettings = AlertSettings()
    keep: KeepSettings = KeepSettings()
    crawl: CrawlSettings = CrawlSettings()

    @field_validator("run", "alert")
    @classmethod
    def check_addresses(cls, part: RunSettings | AlertSettings) -> RunSettings | AlertSettings:
        """Addresses are web addresses, a command can be taken apart into words."""
        for name in ("heartbeat", "webhook"):
            value = getattr(part, name, None)
            if value and urlsplit(value.get_secret_value()).scheme not in ("http", "https"):
                raise ValueError(f"{name} is no web address: begin it with http:// or https://")
        command = getattr(part, "command", None)
        if command:
            try:
                words = shlex.split(command.get_secret_value())
            except ValueError as error:
                raise ValueError(f"command cannot be read: {error}") from error
            if not words:
                raise ValueError("command is empty")
        return part


def settings_path(home: Home) -> Path:
    """Where the file is."""
    return home.root / "baogao.toml"


def load_settings(home: Home, environment: Mapping[str, str] = os.environ) -> Settings:
    """The settings of a home: its file, then the environment over it; the defaults where there is neither.

    Raises BadArgumentsError naming file, key and the nearest right key, never the value: it may be a secret.
    """
    path = settings_path(home)
    written: dict[str, Any] = read_toml(path) if path.exists() else {}
    for name, (table, key) in FROM_ENVIRONMENT.items():
        if value := environment.get(name):
            part = written.setdefault(table, {})
            if isinstance(part, dict):
                part[key] = value
    try:
        return Settings.model_validate(written)
    except ValidationError as error:
        said = "; ".join(explain(found["loc"], found["type"], found["msg"]) for found in error.errors())
        raise BadArgumentsError(f"{path}: {said}") from None


def explain(place: tuple[int | str, ...], kind: str, message: str) -> str:
    """One mistake in words, without the value."""
    key = ".".join(str(part) for part in place)
    if kind == "extra_forbidden":
        model: type[BaseModel] = Settings
        for table in place[:-1]:
            found = model.model_fields[str(table)].annotation
            assert isinstance(found, type)
            model = found
        return f"{key}: unknown key{nearest(str(place[-1]), list(model.model_fields))}"
    return f"{key}: {message.removeprefix('Value error, ')}"
