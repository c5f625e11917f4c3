"""Does the deployed backend answer in time?"""

from __future__ import annotations

import httpx
import pytest

from netra_backend.analytics.aggregate import percentile

pytestmark = [pytest.mark.e2e, pytest.mark.staging]


def test_health_is_fast(staging: httpx.Client) -> None:
    seconds = [staging.get("/health").elapsed.total_seconds() for _ in range(20)]
    assert percentile(seconds, 95) < 1.0
