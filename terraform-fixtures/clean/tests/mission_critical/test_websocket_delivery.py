"""Every frame reaches every open socket of its user."""

from __future__ import annotations

import pytest

from test_framework.websocket_helpers import kinds
from tests.mission_critical.websocket_real_test_base import RealWebSocketTestBase

pytestmark = pytest.mark.mission_critical


class TestWebSocketDelivery(RealWebSocketTestBase):
    @pytest.mark.asyncio
    async def test_all_sockets_of_a_user_get_the_frame(self) -> None:
        first, second = await self.open("user-1"), await self.open("user-1")
        assert await self.manager.send("user-1", "agent_started") == 2
        assert kinds(first) == kinds(second) == ["agent_started"]

    @pytest.mark.asyncio
    async def test_nobody_else_gets_it(self) -> None:
        other = await self.open("user-2")
        await self.manager.send("user-1", "agent_started")
        assert other.sent == []
