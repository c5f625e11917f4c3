"""Threads and messages through the HTTP interface."""

from __future__ import annotations

import pytest

from netra_backend.api.app import Backend
from netra_backend.database import Database
from test_framework.ssot.mock_factory import TEST_KEY, create_token
from tests.helpers.http import client_for

pytestmark = pytest.mark.integration


@pytest.mark.asyncio
async def test_a_thread_with_a_message(database: Database) -> None:
    async with client_for(Backend(database, TEST_KEY), create_token()) as client:
        created = await client.post("/api/v1/threads", json={"title": "hello"})
        path = f"/api/v1/threads/{created.json()['id']}/messages"
        posted = await client.post(path, json={"body": "first"})
        listed = await client.get(path)
    assert (created.status_code, posted.status_code) == (201, 201)
    assert [item["body"] for item in listed.json()] == ["first"]


@pytest.mark.asyncio
async def test_a_thread_needs_a_title(database: Database) -> None:
    async with client_for(Backend(database, TEST_KEY), create_token()) as client:
        response = await client.post("/api/v1/threads", json={"title": "  "})
    assert response.status_code == 422
