"""Who comes back gets what was missed, once."""

from __future__ import annotations

import pytest

from test_framework.websocket_helpers import kinds
from tests.mission_critical.websocket_real_test_base import RealWebSocketTestBase

pytestmark = pytest.mark.mission_critical


class TestWebSocketReconnect(RealWebSocketTestBase):
    @pytest.mark.asyncio
    async def test_missed_frames_are_sent_again(self) -> None:
        await self.manager.send("user-1", "agent_started")
        await self.manager.send("user-1", "agent_thinking")
        socket = await self.open("user-1", after=0)
        assert kinds(socket) == ["agent_thinking"]

    @pytest.mark.asyncio
    async def test_a_new_socket_starts_empty(self) -> None:
        await self.manager.send("user-1", "agent_started")
        socket = await self.open("user-1")
        assert socket.sent == []
