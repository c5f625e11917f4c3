"""Can somebody log in at all?"""

from __future__ import annotations

import pytest

from netra_backend.auth.tokens import issue, verify


@pytest.mark.smoke
def test_a_token_that_was_issued_is_accepted() -> None:
    token = issue("user-1", b"key", seconds=60, now=1_000)
    assert verify(token, b"key", now=1_001).subject == "user-1"
