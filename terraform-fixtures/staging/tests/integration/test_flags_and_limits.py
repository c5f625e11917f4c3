"""Flags decide who is limited."""

from __future__ import annotations

import pytest

from netra_backend.feature_flags import load
from netra_backend.ratelimit import RateLimiter
from tests.helpers.clock import FakeClock

pytestmark = pytest.mark.integration


def test_users_with_the_flag_have_a_larger_burst(clock: FakeClock) -> None:
    flag = load("large_burst: {users: [user-1]}")["large_burst"]
    allowed = {}
    for user in ("user-1", "user-2"):
        limiter = RateLimiter(per_second=1, burst=5 if flag.enabled_for(user) else 2, clock=clock)
        allowed[user] = sum(limiter.allow(user) for _ in range(10))
    assert allowed == {"user-1": 5, "user-2": 2}
