from __future__ import annotations

import pytest

from netra_backend.database import Database

pytestmark = pytest.mark.unit


def test_threads_come_in_the_order_of_their_creation(database: Database) -> None:
    for title in ("b", "a", "c"):
        database.create_thread("user-1", title)
    assert [title for _, title in database.threads_of("user-1")] == ["b", "a", "c"]


def test_a_deleted_thread_is_gone(database: Database) -> None:
    thread = database.create_thread("user-1", "short")
    database.delete_thread(thread)
    assert database.threads_of("user-1") == []
