"""Counts over events."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable

from netra_backend.analytics.events import Event

DAY = 86_400


def count_by_name(events: Iterable[Event]) -> dict[str, int]:
    return dict(Counter(event.name for event in events))


def users_by_day(events: Iterable[Event]) -> dict[int, int]:
    """Number of different users on each day since the epoch."""
    days: defaultdict[int, set[str]] = defaultdict(set)
    for event in events:
        days[int(event.at // DAY)].add(event.user)
    return {day: len(users) for day, users in sorted(days.items())}


def percentile(values: list[float], percent: float) -> float:
    """The nearest-rank percentile."""
    if not values:
        raise ValueError("no values")
    if not 0 < percent <= 100:
        raise ValueError("a percentile lies in (0, 100]")
    ordered = sorted(values)
    rank = max(1, -(-len(ordered) * percent // 100))
    return ordered[int(rank) - 1]
