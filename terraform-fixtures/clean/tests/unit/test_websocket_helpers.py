from __future__ import annotations

import pytest

from netra_backend.websocket.messages import Frame
from test_framework.websocket_helpers import FakeSocket, kinds

pytestmark = pytest.mark.unit


@pytest.mark.asyncio
async def test_a_fake_socket_fails_when_it_should() -> None:
    socket = FakeSocket(fail_after=1)
    await socket.send(Frame("agent_started", 0).encode())
    with pytest.raises(ConnectionError):
        await socket.send(Frame("agent_completed", 1).encode())
    assert kinds(socket) == ["agent_started"]
