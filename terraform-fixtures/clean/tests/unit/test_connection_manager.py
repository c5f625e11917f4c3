from __future__ import annotations

import pytest

from netra_backend.websocket.manager import ConnectionManager
from test_framework.websocket_helpers import FakeSocket, create_ws_mock

pytestmark = pytest.mark.unit


@pytest.mark.asyncio
async def test_sockets_are_counted() -> None:
    manager = ConnectionManager()
    socket = FakeSocket()
    await manager.connect("user-1", socket)
    assert manager.connections("user-1") == 1
    manager.disconnect("user-1", socket)
    assert manager.connections("user-1") == 0


@pytest.mark.asyncio
async def test_a_frame_is_sent_once() -> None:
    manager = ConnectionManager()
    socket = create_ws_mock()
    await manager.connect("user-1", socket)
    await manager.send("user-1", "error", {"code": 7})
    socket.send.assert_awaited_once()
