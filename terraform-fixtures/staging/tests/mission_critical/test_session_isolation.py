"""No user sees another user's session or threads."""

from __future__ import annotations

import pytest

from netra_backend.auth.sessions import SessionStore
from netra_backend.cache import Cache
from netra_backend.database import Database

pytestmark = pytest.mark.mission_critical


def test_sessions_are_never_shared(cache: Cache) -> None:
    store = SessionStore(cache)
    first, second = store.start("user-1"), store.start("user-2")
    assert first != second
    assert (store.user_of(first), store.user_of(second)) == ("user-1", "user-2")


def test_threads_belong_to_one_owner(database: Database) -> None:
    database.create_thread("user-1", "mine")
    assert database.threads_of("user-2") == []
