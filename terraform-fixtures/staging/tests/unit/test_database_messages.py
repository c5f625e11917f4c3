from __future__ import annotations

import pytest

from netra_backend.database import Database

pytestmark = pytest.mark.unit


def test_messages_keep_author_and_order(database: Database) -> None:
    thread = database.create_thread("user-1", "talk")
    database.add_message(thread, "user-1", "question")
    database.add_message(thread, "agent", "answer")
    assert [(item.author, item.body) for item in database.messages_of(thread)] == [
        ("user-1", "question"),
        ("agent", "answer"),
    ]


def test_messages_end_with_their_thread(database: Database) -> None:
    thread = database.create_thread("user-1", "talk")
    database.add_message(thread, "user-1", "question")
    database.delete_thread(thread)
    assert database.messages_of(thread) == []
