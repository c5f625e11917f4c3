"""Is the deployed backend the one that was meant?"""

from __future__ import annotations

import httpx
import pytest

from netra_backend import __version__

pytestmark = [pytest.mark.e2e, pytest.mark.staging]


def test_the_deployed_version(staging: httpx.Client) -> None:
    assert staging.get("/api/v1/version").json() == {"version": __version__}


def test_threads_are_protected(staging: httpx.Client) -> None:
    assert staging.get("/api/v1/threads").status_code == 401
