"""Do sessions work on the cache?"""

from __future__ import annotations

import pytest

from netra_backend.auth.sessions import SessionStore
from netra_backend.cache import Cache

pytestmark = [pytest.mark.smoke, pytest.mark.integration]


def test_a_session_knows_its_user(cache: Cache) -> None:
    store = SessionStore(cache)
    session = store.start("user-1")
    assert store.user_of(session) == "user-1"


def test_an_ended_session_is_gone(cache: Cache) -> None:
    store = SessionStore(cache)
    session = store.start("user-1")
    assert store.end(session)
    assert store.user_of(session) is None
