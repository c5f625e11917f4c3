"""Sockets that break in the middle."""

from __future__ import annotations

import pytest

from netra_backend.websocket.manager import ConnectionManager
from test_framework.ssot.mock_factory import create_ws_mock

pytestmark = pytest.mark.integration


@pytest.mark.asyncio
async def test_a_broken_socket_is_forgotten() -> None:
    manager = ConnectionManager()
    socket = create_ws_mock(broken=True)
    await manager.connect("user-1", socket)
    assert await manager.send("user-1", "error") == 0
    assert manager.connections("user-1") == 0
    assert await manager.send("user-1", "error") == 0
    socket.send.assert_awaited_once()
