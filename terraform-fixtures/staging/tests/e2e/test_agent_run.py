"""An agent's run as the browser sees it."""

from __future__ import annotations

import pytest

from test_framework.websocket_helpers import kinds
from tests.helpers.websocket_real_test_base import RealWebSocketTestBase

pytestmark = pytest.mark.e2e


class TestAgentRun(RealWebSocketTestBase):
    @pytest.mark.asyncio
    async def test_the_browser_sees_the_whole_run(self) -> None:
        browser = await self.open("user-1")
        await self.manager.send("user-1", "agent_started", {"run": "r1"})
        await self.manager.send("user-1", "tool_executing", {"run": "r1", "tool": "search"})
        await self.manager.send("user-1", "tool_completed", {"run": "r1", "tool": "search"})
        await self.manager.send("user-1", "agent_completed", {"run": "r1"})
        assert kinds(browser) == ["agent_started", "tool_executing", "tool_completed", "agent_completed"]
        assert {frame.payload["run"] for frame in browser.frames()} == {"r1"}
