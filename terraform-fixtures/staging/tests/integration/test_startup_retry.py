"""A service that waits for its database."""

from __future__ import annotations

import pytest

from netra_backend.database import Database
from netra_backend.retry import retry

pytestmark = pytest.mark.integration


def test_the_third_attempt_connects(tmp_path) -> None:
    attempts: list[int] = []

    def connect() -> Database:
        attempts.append(1)
        if len(attempts) < 3:
            raise ConnectionError("not yet")
        return Database(str(tmp_path / "netra.db"))

    database = retry(connect, attempts=5, sleep=lambda _: None)
    assert database.ping()
    assert len(attempts) == 3
    database.close()
