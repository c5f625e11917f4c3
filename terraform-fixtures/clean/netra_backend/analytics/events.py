"""What an event is, and batches of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

NAME = re.compile(r"[a-z]+(_[a-z]+)*\.[a-z]+(_[a-z]+)*")


class EventError(ValueError):
    """An event that must not be stored."""


@dataclass(frozen=True)
class Event:
    name: str
    user: str
    at: float
    properties: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not NAME.fullmatch(self.name):
            raise EventError(f"{self.name!r} is no event name")
        if self.at < 0:
            raise EventError("an event cannot be older than time")


def batches(events: Iterable[Event], size: int) -> Iterator[list[Event]]:
    """Cuts a stream of events into lists of at most `size`."""
    if size < 1:
        raise ValueError("a batch holds at least one event")
    batch: list[Event] = []
    for event in events:
        batch.append(event)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch
