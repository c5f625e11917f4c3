"""Delivery by polling, from before there were sockets. Kept for reference, not collected."""

from __future__ import annotations

import pytest

from netra_backend.cache import Cache

pytestmark = pytest.mark.integration


class TestPollingDelivery:
    def test_a_poll_gets_what_was_left(self, cache: Cache) -> None:
        cache.set("poll:user-1", "agent_started", seconds=30)
        assert cache.get("poll:user-1") == "agent_started"
