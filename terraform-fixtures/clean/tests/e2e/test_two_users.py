"""Two users at the same time."""

from __future__ import annotations

import asyncio

import pytest

from netra_backend.api.app import Backend
from netra_backend.database import Database
from test_framework.ssot.mock_factory import TEST_KEY, create_token
from tests.helpers.http import client_for

pytestmark = pytest.mark.e2e


@pytest.mark.asyncio
async def test_their_threads_do_not_mix(database: Database) -> None:
    backend = Backend(database, TEST_KEY)

    async def work(user: str) -> list[str]:
        async with client_for(backend, create_token(user)) as client:
            for index in range(3):
                await client.post("/api/v1/threads", json={"title": f"{user} {index}"})
            return [item["title"] for item in (await client.get("/api/v1/threads")).json()]

    first, second = await asyncio.gather(work("user-1"), work("user-2"))
    assert first == ["user-1 0", "user-1 1", "user-1 2"]
    assert second == ["user-2 0", "user-2 1", "user-2 2"]
