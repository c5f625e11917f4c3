"""From a password to a session and a token."""

from __future__ import annotations

import pytest

from netra_backend.auth.passwords import hash_password, verify_password
from netra_backend.auth.sessions import SessionStore
from netra_backend.auth.tokens import issue, verify
from netra_backend.cache import Cache

pytestmark = pytest.mark.integration


def test_login_and_logout(cache: Cache) -> None:
    stored = hash_password("correct horse")
    assert verify_password("correct horse", stored)
    store = SessionStore(cache)
    session = store.start("user-1")
    user = store.user_of(session)
    assert user is not None
    assert verify(issue(user, b"key", 60), b"key").subject == "user-1"
    store.end(session)
    assert store.user_of(session) is None
