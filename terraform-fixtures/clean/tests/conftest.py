"""Fixtures of all tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from netra_backend.cache import Cache
from netra_backend.database import Database
from test_framework.test_context import TestContext
from tests.helpers.clock import FakeClock


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def database() -> Iterator[Database]:
    database = Database()
    yield database
    database.close()


@pytest.fixture
def cache(clock: FakeClock) -> Cache:
    return Cache(clock=clock, limit=4)


@pytest.fixture
def context(request: pytest.FixtureRequest) -> Iterator[TestContext]:
    context = TestContext(name=request.node.name)
    yield context
    context.close()
