"""Can a service start with the environment that the deployment gives it?"""

from __future__ import annotations

import pytest

from netra_backend.config import ConfigError, load

ENVIRONMENT = {
    "ENVIRONMENT": "staging",
    "POSTGRES_HOST": "10.64.0.3",
    "REDIS_HOST": "10.64.1.4",
    "CLICKHOUSE_HOST": "10.20.8.5",
}


@pytest.mark.smoke
def test_the_deployed_environment_is_complete() -> None:
    settings = load(ENVIRONMENT)
    assert settings.environment == "staging"
    assert settings.redis_url == "redis://10.64.1.4:6379/0"


@pytest.mark.smoke
def test_an_empty_environment_does_not_start() -> None:
    with pytest.raises(ConfigError, match="POSTGRES_HOST is not set"):
        load({})
