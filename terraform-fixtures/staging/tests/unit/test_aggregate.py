from __future__ import annotations

import pytest

from netra_backend.analytics.aggregate import DAY, count_by_name, users_by_day
from netra_backend.analytics.events import Event

pytestmark = pytest.mark.unit

EVENTS = [
    Event("thread.created", "user-1", at=10),
    Event("thread.created", "user-2", at=20),
    Event("thread.deleted", "user-1", at=DAY + 5),
]


def test_counts() -> None:
    assert count_by_name(EVENTS) == {"thread.created": 2, "thread.deleted": 1}


def test_each_user_counts_once_a_day() -> None:
    assert users_by_day([*EVENTS, Event("thread.created", "user-1", at=30)]) == {0: 2, 1: 1}
