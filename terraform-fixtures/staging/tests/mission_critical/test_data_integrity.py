"""What was accepted is kept, and what is broken is not accepted."""

from __future__ import annotations

import sqlite3

import pytest

from netra_backend.database import Database

pytestmark = pytest.mark.mission_critical


class TestDataIntegrity:
    def test_a_message_needs_a_thread(self, database: Database) -> None:
        with pytest.raises(sqlite3.IntegrityError):
            database.add_message(99, "user-1", "lost")

    def test_an_empty_message_is_refused(self, database: Database) -> None:
        thread = database.create_thread("user-1", "hello")
        with pytest.raises(sqlite3.IntegrityError):
            database.add_message(thread, "user-1", "")
        assert database.messages_of(thread) == []

    def test_a_failed_transaction_leaves_nothing(self, database: Database) -> None:
        with pytest.raises(RuntimeError), database.transaction() as connection:
            connection.execute("INSERT INTO threads (owner, title) VALUES ('user-1', 'half')")
            raise RuntimeError("stop")
        assert database.threads_of("user-1") == []
