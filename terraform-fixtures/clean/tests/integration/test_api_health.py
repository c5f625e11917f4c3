"""The health endpoint and what it stands for."""

from __future__ import annotations

import pytest

from netra_backend.api.app import Backend
from test_framework.ssot.mock_factory import TEST_KEY, MockFactory
from tests.helpers.http import client_for

pytestmark = pytest.mark.integration


@pytest.mark.asyncio
@pytest.mark.parametrize(("healthy", "status"), [(True, 200), (False, 503)])
async def test_the_database_decides(healthy: bool, status: int) -> None:
    database = MockFactory().database(healthy)
    async with client_for(Backend(database, TEST_KEY)) as client:
        response = await client.get("/health")
    assert response.status_code == status
    assert response.json()["healthy"] is healthy
