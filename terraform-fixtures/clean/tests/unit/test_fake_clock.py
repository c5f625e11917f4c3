from __future__ import annotations

import pytest

from tests.helpers.clock import FakeClock

pytestmark = pytest.mark.unit


def test_time_stands_still_by_itself(clock: FakeClock) -> None:
    assert clock() == clock()
    before = clock()
    clock.advance(1.5)
    assert clock() - before == 1.5
