"""One user with many devices."""

from __future__ import annotations

import pytest

from test_framework.websocket_helpers import kinds
from tests.helpers.websocket_real_test_base import RealWebSocketTestBase

pytestmark = pytest.mark.integration


class TestWebSocketFanout(RealWebSocketTestBase):
    @pytest.mark.asyncio
    async def test_a_device_that_fails_is_dropped(self) -> None:
        good, bad = await self.open("user-1"), await self.open("user-1", fail_after=1)
        assert await self.manager.send("user-1", "agent_started") == 2
        assert await self.manager.send("user-1", "agent_completed") == 1
        assert self.manager.connections("user-1") == 1
        assert kinds(good) == ["agent_started", "agent_completed"]
        assert kinds(bad) == ["agent_started"]
