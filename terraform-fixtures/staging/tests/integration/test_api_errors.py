"""What the interface says to requests that make no sense."""

from __future__ import annotations

import pytest

from netra_backend.api.app import Backend
from netra_backend.database import Database
from test_framework.ssot.mock_factory import TEST_KEY, create_token
from tests.helpers.http import client_for

pytestmark = pytest.mark.integration


@pytest.mark.asyncio
async def test_broken_json(database: Database) -> None:
    async with client_for(Backend(database, TEST_KEY), create_token()) as client:
        response = await client.post("/api/v1/threads", content=b"{")
    assert response.status_code == 400


@pytest.mark.asyncio
async def test_a_method_that_is_not_there(database: Database) -> None:
    async with client_for(Backend(database, TEST_KEY), create_token()) as client:
        response = await client.delete("/api/v1/threads")
    assert response.status_code == 405
    assert response.headers["allow"] == "GET, POST"
