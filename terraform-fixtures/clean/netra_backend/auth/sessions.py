"""Sessions in the cache: one a device."""

from __future__ import annotations

import secrets

from netra_backend.cache import Cache


class SessionStore:
    def __init__(self, cache: Cache, hours: float = 12) -> None:
        self._cache = cache
        self._seconds = hours * 3600

    def start(self, user: str) -> str:
        session = secrets.token_urlsafe(24)
        self._cache.set(f"session:{session}", user, self._seconds)
        return session

    def user_of(self, session: str) -> str | None:
        return self._cache.get(f"session:{session}")

    def end(self, session: str) -> bool:
        return self._cache.delete(f"session:{session}")
