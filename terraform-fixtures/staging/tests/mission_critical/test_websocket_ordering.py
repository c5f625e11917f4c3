"""Frames arrive in the order in which they were sent."""

from __future__ import annotations

import pytest

from tests.mission_critical.websocket_real_test_base import RealWebSocketTestBase

pytestmark = pytest.mark.mission_critical

FLOW = ["agent_started", "agent_thinking", "tool_executing", "tool_completed", "agent_completed"]


class TestWebSocketOrdering(RealWebSocketTestBase):
    @pytest.mark.asyncio
    async def test_sequence_numbers_grow_by_one(self) -> None:
        socket = await self.open("user-1")
        for kind in FLOW:
            await self.manager.send("user-1", kind)
        frames = socket.frames()
        assert [frame.kind for frame in frames] == FLOW
        assert [frame.sequence for frame in frames] == list(range(len(FLOW)))

    @pytest.mark.asyncio
    async def test_each_user_counts_alone(self) -> None:
        first, second = await self.open("user-1"), await self.open("user-2")
        await self.manager.send("user-1", "agent_started")
        await self.manager.send("user-2", "agent_started")
        assert first.frames()[0].sequence == second.frames()[0].sequence == 0
