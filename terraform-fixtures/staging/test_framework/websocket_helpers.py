"""Sockets for tests."""

from __future__ import annotations

from unittest.mock import AsyncMock

from netra_backend.websocket.messages import Frame, decode


class FakeSocket:
    """Keeps what was sent; fails after `fail_after` frames where that is given."""

    def __init__(self, fail_after: int | None = None) -> None:
        self.sent: list[str] = []
        self._fail_after = fail_after

    async def send(self, text: str) -> None:
        if self._fail_after is not None and len(self.sent) >= self._fail_after:
            raise ConnectionError("the peer is gone")
        self.sent.append(text)

    def frames(self) -> list[Frame]:
        return [decode(text) for text in self.sent]


def create_ws_mock(broken: bool = False) -> AsyncMock:
    """A socket whose calls can be asserted on."""
    mock = AsyncMock(name="websocket")
    if broken:
        mock.send.side_effect = ConnectionError("the peer is gone")
    return mock


def kinds(socket: FakeSocket) -> list[str]:
    return [frame.kind for frame in socket.frames()]
