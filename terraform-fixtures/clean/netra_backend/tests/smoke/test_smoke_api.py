"""Do the endpoints that everything else needs answer?"""

from __future__ import annotations

import pytest

from netra_backend.api.app import Backend
from netra_backend.database import Database
from tests.helpers.http import client_for


@pytest.mark.smoke
class TestBasicAPIEndpoints:
    @pytest.mark.asyncio
    async def test_health(self) -> None:
        async with client_for(Backend(Database(), b"key")) as client:
            response = await client.get("/health")
        assert response.status_code == 200
        assert response.json()["healthy"] is True

    @pytest.mark.asyncio
    async def test_version_needs_no_token(self) -> None:
        async with client_for(Backend(Database(), b"key")) as client:
            response = await client.get("/api/v1/version")
        assert response.status_code == 200

    @pytest.mark.asyncio
    async def test_threads_need_a_token(self) -> None:
        async with client_for(Backend(Database(), b"key")) as client:
            response = await client.get("/api/v1/threads")
        assert response.status_code == 401
