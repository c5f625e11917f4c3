from __future__ import annotations

import pytest

from netra_backend.analytics.events import Event, batches

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(("count", "sizes"), [(0, []), (1, [1]), (3, [3]), (7, [3, 3, 1])])
def test_sizes(count: int, sizes: list[int]) -> None:
    events = [Event("thread.created", f"user-{index}", at=index) for index in range(count)]
    assert [len(batch) for batch in batches(events, 3)] == sizes


def test_a_batch_holds_something() -> None:
    with pytest.raises(ValueError, match="at least one"):
        next(batches([], 0))
