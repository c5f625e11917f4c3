"""From a stream of events to the numbers of a day."""

from __future__ import annotations

import pytest

from netra_backend.analytics.aggregate import count_by_name, users_by_day
from netra_backend.analytics.events import Event, batches

pytestmark = pytest.mark.integration


def test_batches_lose_nothing() -> None:
    events = [Event("thread.created", f"user-{index % 3}", at=index) for index in range(10)]
    stored = [event for batch in batches(events, 4) for event in batch]
    assert stored == events
    assert count_by_name(stored) == {"thread.created": 10}
    assert users_by_day(stored) == {0: 3}
