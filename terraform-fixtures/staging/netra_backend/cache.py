"""A cache whose entries end, with the interface of the Redis client that the services use."""

from __future__ import annotations

import time
from collections.abc import Callable


class Cache:
    def __init__(self, clock: Callable[[], float] = time.monotonic, limit: int = 1024) -> None:
        self._clock = clock
        self._limit = limit
        self._entries: dict[str, tuple[float, str]] = {}

    def set(self, key: str, value: str, seconds: float) -> None:
        if seconds <= 0:
            raise ValueError("an entry must live for a while")
        if key not in self._entries and len(self._entries) >= self._limit:
            oldest = min(self._entries, key=lambda name: self._entries[name][0])
            del self._entries[oldest]
        self._entries[key] = (self._clock() + seconds, value)

    def get(self, key: str) -> str | None:
        entry = self._entries.get(key)
        if entry is None:
            return None
        ends, value = entry
        if self._clock() >= ends:
            del self._entries[key]
            return None
        return value

    def delete(self, key: str) -> bool:
        return self._entries.pop(key, None) is not None

    def ping(self) -> bool:
        return True

    def __len__(self) -> int:
        return len(self._entries)
