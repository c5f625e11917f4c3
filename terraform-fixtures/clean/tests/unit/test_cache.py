from __future__ import annotations

import pytest

from netra_backend.cache import Cache
from tests.helpers.clock import FakeClock

pytestmark = pytest.mark.unit


class TestCache:
    def test_an_entry_lives_for_its_time(self, cache: Cache, clock: FakeClock) -> None:
        cache.set("a", "1", seconds=10)
        clock.advance(9.9)
        assert cache.get("a") == "1"
        clock.advance(0.1)
        assert cache.get("a") is None

    def test_delete_says_whether_it_was_there(self, cache: Cache) -> None:
        cache.set("a", "1", seconds=10)
        assert cache.delete("a") is True
        assert cache.delete("a") is False

    def test_an_entry_needs_a_time(self, cache: Cache) -> None:
        with pytest.raises(ValueError, match="live"):
            cache.set("a", "1", seconds=0)
