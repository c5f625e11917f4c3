"""The base of tests that need a real manager with real connections."""

from __future__ import annotations

from collections.abc import Callable

from netra_backend.websocket.manager import ConnectionManager
from test_framework.ssot.base_test_case import SSotBaseTestCase
from test_framework.websocket_helpers import FakeSocket


class RealWebSocketTestBase(SSotBaseTestCase):
    """Each test gets a manager; sockets are closed at its end."""

    manager: ConnectionManager

    def setup_method(self, method: Callable[..., object]) -> None:
        super().setup_method(method)
        self.manager = ConnectionManager(history=10)

    async def open(self, user: str, after: int | None = None, fail_after: int | None = None) -> FakeSocket:
        socket = FakeSocket(fail_after)
        await self.manager.connect(user, socket, after)
        self.context.on_close(lambda: self.manager.disconnect(user, socket))
        return socket
