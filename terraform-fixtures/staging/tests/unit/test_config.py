from __future__ import annotations

import pytest

from netra_backend.config import ConfigError, load

pytestmark = pytest.mark.unit

HOSTS = {"POSTGRES_HOST": "db", "REDIS_HOST": "cache", "CLICKHOUSE_HOST": "olap"}


def test_defaults() -> None:
    settings = load(HOSTS)
    assert (settings.environment, settings.workers, settings.redis_port) == ("development", 1, 6379)


def test_all_problems_are_named_at_once() -> None:
    with pytest.raises(ConfigError) as caught:
        load({"REDIS_PORT": "many", "ENVIRONMENT": "moon"})
    text = str(caught.value)
    for part in ("POSTGRES_HOST", "REDIS_HOST", "CLICKHOUSE_HOST", "'many'", "'moon'"):
        assert part in text


def test_production_is_known() -> None:
    assert load({**HOSTS, "ENVIRONMENT": "production"}).is_production
