"""The interface and its tokens."""

from __future__ import annotations

import pytest

from netra_backend.api.app import Backend
from netra_backend.database import Database
from test_framework.ssot.mock_factory import TEST_KEY, create_token
from tests.helpers.http import client_for

pytestmark = pytest.mark.integration


@pytest.mark.asyncio
@pytest.mark.parametrize("token", [None, "nonsense"])
async def test_without_a_good_token_nothing_works(database: Database, token: str | None) -> None:
    async with client_for(Backend(database, TEST_KEY), token) as client:
        response = await client.get("/api/v1/threads")
    assert response.status_code == 401


@pytest.mark.asyncio
async def test_an_expired_token_says_so(database: Database) -> None:
    async with client_for(Backend(database, TEST_KEY), create_token(seconds=-1)) as client:
        response = await client.get("/api/v1/threads")
    assert response.json() == {"error": "expired"}
