"""Threads and messages in a relational store. Postgres in the cloud, SQLite in tests."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

SCHEMA = """
CREATE TABLE IF NOT EXISTS threads (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    owner TEXT NOT NULL,
    title TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS messages (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    thread_id INTEGER NOT NULL REFERENCES threads(id) ON DELETE CASCADE,
    author TEXT NOT NULL,
    body TEXT NOT NULL CHECK (length(body) > 0)
);
"""


@dataclass(frozen=True)
class Message:
    id: int
    author: str
    body: str


class Database:
    """One connection with its schema."""

    def __init__(self, path: str = ":memory:") -> None:
        self._connection = sqlite3.connect(path)
        self._connection.execute("PRAGMA foreign_keys = ON")
        self._connection.executescript(SCHEMA)

    def close(self) -> None:
        self._connection.close()

    def ping(self) -> bool:
        return self._connection.execute("SELECT 1").fetchone() == (1,)

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        with self._connection:
            yield self._connection

    def create_thread(self, owner: str, title: str) -> int:
        with self.transaction() as connection:
            cursor = connection.execute("INSERT INTO threads (owner, title) VALUES (?, ?)", (owner, title))
        return int(cursor.lastrowid or 0)

    def threads_of(self, owner: str) -> list[tuple[int, str]]:
        rows = self._connection.execute("SELECT id, title FROM threads WHERE owner = ? ORDER BY id", (owner,))
        return [(int(row[0]), str(row[1])) for row in rows]

    def add_message(self, thread_id: int, author: str, body: str) -> int:
        with self.transaction() as connection:
            cursor = connection.execute(
                "INSERT INTO messages (thread_id, author, body) VALUES (?, ?, ?)", (thread_id, author, body)
            )
        return int(cursor.lastrowid or 0)

    def messages_of(self, thread_id: int) -> list[Message]:
        rows = self._connection.execute(
            "SELECT id, author, body FROM messages WHERE thread_id = ? ORDER BY id", (thread_id,)
        )
        return [Message(*row) for row in rows]

    def delete_thread(self, thread_id: int) -> None:
        with self.transaction() as connection:
            connection.execute("DELETE FROM threads WHERE id = ?", (thread_id,))
