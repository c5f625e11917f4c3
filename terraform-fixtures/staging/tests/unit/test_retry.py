from __future__ import annotations

import pytest

from netra_backend.retry import delays, retry

pytestmark = pytest.mark.unit


def test_delays_grow_up_to_the_limit() -> None:
    assert list(delays(1, 3, 10, 4)) == [1, 3, 9, 10]


def test_the_last_failure_is_raised() -> None:
    pauses: list[float] = []

    def always() -> None:
        raise ConnectionError(f"after {len(pauses)}")

    with pytest.raises(ConnectionError, match="after 2"):
        retry(always, attempts=3, sleep=pauses.append)
    assert pauses == [0.1, 0.2]


def test_other_errors_are_not_tried_again() -> None:
    pauses: list[float] = []

    def wrong() -> None:
        raise KeyError("x")

    with pytest.raises(KeyError):
        retry(wrong, sleep=pauses.append)
    assert pauses == []
