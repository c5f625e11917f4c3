"""Settings of a service, read from its environment once at start."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

ENVIRONMENTS = ("development", "staging", "production")


class ConfigError(ValueError):
    """The environment does not describe a service that can start."""


@dataclass(frozen=True)
class Settings:
    environment: str
    postgres_host: str
    redis_host: str
    redis_port: int
    clickhouse_host: str
    workers: int = 1
    log_format: str = "text"

    @property
    def is_production(self) -> bool:
        return self.environment == "production"

    @property
    def redis_url(self) -> str:
        return f"redis://{self.redis_host}:{self.redis_port}/0"


def load(environ: Mapping[str, str]) -> Settings:
    """Reads the settings; every missing or malformed variable is named in the error."""
    problems: list[str] = []

    def required(name: str) -> str:
        value = environ.get(name, "").strip()
        if not value:
            problems.append(f"{name} is not set")
        return value

    def number(name: str, default: int) -> int:
        text = environ.get(name, str(default))
        if not text.isdigit():
            problems.append(f"{name} is no number: {text!r}")
            return default
        return int(text)

    environment = environ.get("ENVIRONMENT", "development")
    if environment not in ENVIRONMENTS:
        problems.append(f"ENVIRONMENT is none of {', '.join(ENVIRONMENTS)}: {environment!r}")
    settings = Settings(
        environment=environment,
        postgres_host=required("POSTGRES_HOST"),
        redis_host=required("REDIS_HOST"),
        redis_port=number("REDIS_PORT", 6379),
        clickhouse_host=required("CLICKHOUSE_HOST"),
        workers=number("WORKERS", 1),
        log_format=environ.get("LOG_FORMAT", "text"),
    )
    if problems:
        raise ConfigError("; ".join(problems))
    return settings
