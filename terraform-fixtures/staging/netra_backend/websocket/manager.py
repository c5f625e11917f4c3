"""Who is connected, and what they still have to be sent."""

from __future__ import annotations

from collections import defaultdict, deque
from typing import Any, Protocol

from netra_backend.websocket.messages import Frame


class Socket(Protocol):
    async def send(self, text: str) -> None: ...


class ConnectionManager:
    """Delivers frames in order; keeps the last ones of each user for a reconnect."""

    def __init__(self, history: int = 50) -> None:
        self._sockets: defaultdict[str, list[Socket]] = defaultdict(list)
        self._history: defaultdict[str, deque[Frame]] = defaultdict(lambda: deque(maxlen=history))
        self._next: defaultdict[str, int] = defaultdict(int)

    async def connect(self, user: str, socket: Socket, after: int | None = None) -> int:
        """Adds a socket and sends what it missed since frame `after`; gives the number of frames sent."""
        missed = [] if after is None else [frame for frame in self._history[user] if frame.sequence > after]
        for frame in missed:
            await socket.send(frame.encode())
        self._sockets[user].append(socket)
        return len(missed)

    def disconnect(self, user: str, socket: Socket) -> None:
        if socket in self._sockets[user]:
            self._sockets[user].remove(socket)

    def connections(self, user: str) -> int:
        return len(self._sockets[user])

    async def send(self, user: str, kind: str, payload: dict[str, Any] | None = None) -> int:
        """Sends a frame to every socket of the user; a socket that fails is dropped. Gives how many got it."""
        frame = Frame(kind, self._next[user], payload or {})
        self._next[user] += 1
        self._history[user].append(frame)
        reached = 0
        for socket in list(self._sockets[user]):
            try:
                await socket.send(frame.encode())
                reached += 1
            except ConnectionError:
                self.disconnect(user, socket)
        return reached
