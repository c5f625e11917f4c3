"""Mocks of what the services depend on. Sockets are in test_framework.websocket_helpers."""

from __future__ import annotations

from unittest.mock import AsyncMock, MagicMock

from netra_backend.auth.tokens import issue

TEST_KEY = b"only-for-tests"


class MockFactory:
    """Makes mocks and remembers them."""

    def __init__(self) -> None:
        self.created: list[MagicMock] = []

    def database(self, healthy: bool = True) -> MagicMock:
        mock = MagicMock(name="database")
        mock.ping.return_value = healthy
        mock.threads_of.return_value = []
        self.created.append(mock)
        return mock

    def cache(self, entries: dict[str, str] | None = None) -> MagicMock:
        values = dict(entries or {})
        mock = MagicMock(name="cache")
        mock.get.side_effect = values.get
        mock.ping.return_value = True
        self.created.append(mock)
        return mock

    def http_client(self, status: int = 200) -> AsyncMock:
        mock = AsyncMock(name="http_client")
        mock.get.return_value.status_code = status
        self.created.append(mock)
        return mock


def create_token(user: str = "user-1", seconds: int = 60) -> str:
    """A token that a backend with TEST_KEY accepts."""
    return issue(user, TEST_KEY, seconds)
