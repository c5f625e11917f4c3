from __future__ import annotations

import pytest

from netra_backend.auth.tokens import TokenError, issue, verify

pytestmark = pytest.mark.unit

KEY = b"only-for-tests"


@pytest.mark.parametrize("token", ["", "abc", ".", "a.b"])
def test_what_is_no_token_is_refused(token: str) -> None:
    with pytest.raises(TokenError):
        verify(token, KEY)


def test_a_changed_body_is_noticed() -> None:
    body, signature = issue("user-1", KEY, seconds=10, now=0).split(".")
    with pytest.raises(TokenError, match="signature"):
        verify(f"{body}A.{signature}", KEY, now=1)


def test_the_subject_comes_back() -> None:
    assert verify(issue("ü", KEY, seconds=10, now=0), KEY, now=1).subject == "ü"
