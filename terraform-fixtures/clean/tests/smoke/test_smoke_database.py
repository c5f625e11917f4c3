"""Is there a database, and does it keep what it is given?"""

from __future__ import annotations

import pytest

from netra_backend.database import Database


@pytest.mark.smoke
class TestDatabaseConnection:
    def test_connection_answers(self, database: Database) -> None:
        assert database.ping()

    def test_a_row_can_be_written_and_read(self, database: Database) -> None:
        thread = database.create_thread("user-1", "hello")
        assert database.threads_of("user-1") == [(thread, "hello")]

    def test_a_closed_connection_is_noticed(self) -> None:
        database = Database()
        database.close()
        with pytest.raises(Exception, match="closed"):
            database.ping()
