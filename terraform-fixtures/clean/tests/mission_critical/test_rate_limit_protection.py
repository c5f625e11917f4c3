"""One user cannot take the service away from the others."""

from __future__ import annotations

import pytest

from netra_backend.ratelimit import RateLimiter
from tests.helpers.clock import FakeClock

pytestmark = pytest.mark.mission_critical


def test_a_flood_is_stopped_and_others_go_on(clock: FakeClock) -> None:
    limiter = RateLimiter(per_second=1, burst=3, clock=clock)
    assert [limiter.allow("flood") for _ in range(5)] == [True, True, True, False, False]
    assert limiter.allow("patient")
