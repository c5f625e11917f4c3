"""The one base class, the one mock factory and the one set of containers that tests use."""

from __future__ import annotations

import os

import docker

IMAGES = {
    "postgres": "postgres:15-alpine",
    "redis": "redis:7-alpine",
    "clickhouse": "clickhouse/clickhouse-server:24.3-alpine",
}


def docker_client() -> docker.DockerClient | None:
    """A client of the local Docker, where tests may use it."""
    if os.environ.get("NETRA_TEST_CONTAINERS") != "1":
        return None
    return docker.from_env()
