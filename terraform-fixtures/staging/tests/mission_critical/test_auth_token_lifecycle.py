"""A token is accepted until it ends, and never after."""

from __future__ import annotations

import pytest

from netra_backend.auth.tokens import TokenError, issue, verify

pytestmark = pytest.mark.mission_critical

KEY = b"only-for-tests"


class TestTokenLifecycle:
    def test_it_is_accepted_until_the_last_second(self) -> None:
        token = issue("user-1", KEY, seconds=10, now=100)
        assert verify(token, KEY, now=109.9).expires == 110

    def test_it_ends_on_time(self) -> None:
        token = issue("user-1", KEY, seconds=10, now=100)
        with pytest.raises(TokenError, match="expired"):
            verify(token, KEY, now=110)

    def test_another_key_does_not_accept_it(self) -> None:
        token = issue("user-1", KEY, seconds=10, now=100)
        with pytest.raises(TokenError, match="signature"):
            verify(token, b"another", now=101)
