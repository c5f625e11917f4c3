from __future__ import annotations

import pytest

from netra_backend.auth.sessions import SessionStore
from netra_backend.cache import Cache
from tests.helpers.clock import FakeClock

pytestmark = pytest.mark.unit


def test_a_session_ends_by_itself(cache: Cache, clock: FakeClock) -> None:
    store = SessionStore(cache, hours=1)
    session = store.start("user-1")
    clock.advance(3600)
    assert store.user_of(session) is None


def test_an_unknown_session_cannot_be_ended(cache: Cache) -> None:
    assert SessionStore(cache).end("nobody") is False
