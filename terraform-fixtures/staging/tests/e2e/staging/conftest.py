"""A client of the deployed services; without them, these tests are skipped."""

from __future__ import annotations

import os
from collections.abc import Iterator

import httpx
import pytest


@pytest.fixture
def staging() -> Iterator[httpx.Client]:
    url = os.environ.get("NETRA_STAGING_URL")
    if not url:
        pytest.skip("NETRA_STAGING_URL names no deployment")
    with httpx.Client(base_url=url, timeout=10) as client:
        yield client
