"""Nobody reads somebody else's threads."""

from __future__ import annotations

import pytest

from netra_backend.api.app import Backend
from netra_backend.database import Database
from test_framework.ssot.mock_factory import TEST_KEY, create_token
from tests.helpers.http import client_for

pytestmark = pytest.mark.integration


@pytest.mark.asyncio
async def test_a_stranger_gets_not_found(database: Database) -> None:
    thread = database.create_thread("user-1", "private")
    async with client_for(Backend(database, TEST_KEY), create_token("user-2")) as client:
        read = await client.get(f"/api/v1/threads/{thread}/messages")
        write = await client.post(f"/api/v1/threads/{thread}/messages", json={"body": "hi"})
    assert (read.status_code, write.status_code) == (404, 404)
    assert database.messages_of(thread) == []
