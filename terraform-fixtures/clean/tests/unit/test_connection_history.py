from __future__ import annotations

import pytest

from netra_backend.websocket.manager import ConnectionManager
from test_framework.websocket_helpers import FakeSocket

pytestmark = pytest.mark.unit


@pytest.mark.asyncio
async def test_only_the_last_frames_are_kept() -> None:
    manager = ConnectionManager(history=2)
    for _ in range(5):
        await manager.send("user-1", "agent_thinking")
    socket = FakeSocket()
    assert await manager.connect("user-1", socket, after=-1) == 2
    assert [frame.sequence for frame in socket.frames()] == [3, 4]
