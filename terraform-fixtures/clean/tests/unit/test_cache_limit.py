from __future__ import annotations

import pytest

from netra_backend.cache import Cache

pytestmark = pytest.mark.unit


def test_the_entry_that_ends_first_makes_room(cache: Cache) -> None:
    for index, name in enumerate("abcd"):
        cache.set(name, name, seconds=10 + index)
    cache.set("e", "e", seconds=99)
    assert len(cache) == 4
    assert cache.get("a") is None
    assert cache.get("e") == "e"


def test_overwriting_makes_no_room(cache: Cache) -> None:
    for name in "abcd":
        cache.set(name, "old", seconds=10)
    cache.set("d", "new", seconds=10)
    assert (cache.get("a"), cache.get("d")) == ("old", "new")
