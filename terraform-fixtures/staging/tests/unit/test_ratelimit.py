from __future__ import annotations

import pytest

from netra_backend.ratelimit import RateLimiter
from tests.helpers.clock import FakeClock

pytestmark = pytest.mark.unit


def test_tokens_come_back_with_time(clock: FakeClock) -> None:
    limiter = RateLimiter(per_second=2, burst=1, clock=clock)
    assert limiter.allow("user-1")
    assert not limiter.allow("user-1")
    clock.advance(0.5)
    assert limiter.allow("user-1")


@pytest.mark.parametrize(("rate", "burst"), [(0, 1), (-1, 1), (1, 0)])
def test_a_limiter_lets_something_through(rate: float, burst: int) -> None:
    with pytest.raises(ValueError, match="through"):
        RateLimiter(rate, burst)
