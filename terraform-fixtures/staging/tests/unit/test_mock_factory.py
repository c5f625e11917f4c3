from __future__ import annotations

import pytest

from netra_backend.auth.tokens import verify
from test_framework.ssot.mock_factory import TEST_KEY, MockFactory, create_token

pytestmark = pytest.mark.unit


def test_mocks_are_remembered() -> None:
    factory = MockFactory()
    created = [factory.database(), factory.cache({"a": "1"})]
    assert factory.created == created
    assert created[1].get("a") == "1"
    assert created[1].get("b") is None


def test_tokens_are_real() -> None:
    assert verify(create_token("user-7"), TEST_KEY).subject == "user-7"
