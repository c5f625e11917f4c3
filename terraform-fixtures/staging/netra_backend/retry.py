"""Retries with growing pauses."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import TypeVar

T = TypeVar("T")


def delays(first: float, factor: float, limit: float, count: int) -> Iterator[float]:
    delay = first
    for _ in range(count):
        yield min(delay, limit)
        delay *= factor


def retry(
    call: Callable[[], T],
    attempts: int = 3,
    first: float = 0.1,
    sleep: Callable[[float], None] = time.sleep,
    on: type[Exception] = ConnectionError,
) -> T:
    """Calls until it works; the last failure is raised."""
    for delay in delays(first, 2, 5, attempts - 1):
        try:
            return call()
        except on:
            sleep(delay)
    return call()
