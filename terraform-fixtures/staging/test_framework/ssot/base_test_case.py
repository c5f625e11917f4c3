"""The base class of tests that need an environment of their own."""

from __future__ import annotations

from collections.abc import Callable

from netra_backend.config import Settings, load
from test_framework.test_context import TestContext

DEFAULT_ENVIRONMENT = {
    "ENVIRONMENT": "staging",
    "POSTGRES_HOST": "10.64.0.3",
    "REDIS_HOST": "10.64.1.4",
    "REDIS_PORT": "6379",
    "CLICKHOUSE_HOST": "10.20.8.5",
}


class SSotBaseTestCase:
    """Gives each test its own environment and undoes what the test asks to have undone."""

    context: TestContext

    def setup_method(self, method: Callable[..., object]) -> None:
        self.context = TestContext(name=method.__name__, environment=dict(DEFAULT_ENVIRONMENT))

    def teardown_method(self, method: Callable[..., object]) -> None:
        self.context.close()

    def set_env(self, name: str, value: str) -> None:
        self.context.environment[name] = value

    def settings(self) -> Settings:
        return load(self.context.environment)
