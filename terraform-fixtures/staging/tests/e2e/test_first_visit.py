"""A new user's first minutes."""

from __future__ import annotations

import pytest

from netra_backend.api.app import Backend
from netra_backend.database import Database
from test_framework.ssot.mock_factory import TEST_KEY, create_token
from tests.helpers.http import client_for

pytestmark = pytest.mark.e2e


@pytest.mark.asyncio
async def test_nothing_is_there_until_something_is_written(database: Database) -> None:
    async with client_for(Backend(database, TEST_KEY), create_token("new-user")) as client:
        assert (await client.get("/api/v1/threads")).json() == []
        await client.post("/api/v1/threads", json={"title": "first"})
        titles = [item["title"] for item in (await client.get("/api/v1/threads")).json()]
    assert titles == ["first"]
