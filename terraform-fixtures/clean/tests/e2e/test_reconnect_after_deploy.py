"""A deployment closes all sockets; nobody loses a frame."""

from __future__ import annotations

import pytest

from test_framework.websocket_helpers import FakeSocket
from tests.mission_critical.websocket_real_test_base import RealWebSocketTestBase

pytestmark = pytest.mark.e2e


class TestReconnectAfterDeploy(RealWebSocketTestBase):
    @pytest.mark.asyncio
    async def test_frames_during_the_gap_arrive(self) -> None:
        before = await self.open("user-1")
        await self.manager.send("user-1", "agent_started")
        self.manager.disconnect("user-1", before)
        await self.manager.send("user-1", "agent_thinking")
        after: FakeSocket = await self.open("user-1", after=before.frames()[-1].sequence)
        await self.manager.send("user-1", "agent_completed")
        assert [frame.sequence for frame in before.frames() + after.frames()] == [0, 1, 2]
