"""Do the deployed services reach their databases through the VPC connector?"""

from __future__ import annotations

import httpx
import pytest


@pytest.mark.staging
class TestVPCConnectivity:
    def test_database_connection_via_vpc(self, staging: httpx.Client) -> None:
        response = staging.get("/health")
        assert response.status_code == 200
        assert response.json()["checks"]["database"] == "ok"

    def test_redis_connection_via_vpc(self, staging: httpx.Client) -> None:
        response = staging.get("/health")
        assert response.status_code == 200
        assert response.json()["checks"]["redis"] == "ok"

    def test_clickhouse_connection_via_vpc(self, staging: httpx.Client) -> None:
        checks = staging.get("/health").json()["checks"]
        assert checks["clickhouse"] == "ok"
