from __future__ import annotations

import pytest

from netra_backend.health import check_all
from test_framework.ssot.mock_factory import MockFactory

pytestmark = pytest.mark.unit


def test_a_check_that_raises_stops_no_other() -> None:
    def broken() -> bool:
        raise TimeoutError("too slow")

    report = check_all({"postgres": broken, "redis": lambda: True})
    assert report.checks == {"postgres": "error: too slow", "redis": "ok"}


def test_a_sick_database_makes_the_service_sick() -> None:
    database = MockFactory().database(healthy=False)
    assert not check_all({"database": database.ping}).healthy
    database.ping.assert_called_once_with()


def test_nothing_to_check_is_healthy() -> None:
    assert check_all({}).healthy
