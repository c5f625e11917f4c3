from __future__ import annotations

import pytest

from netra_backend.analytics.aggregate import percentile

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(("percent", "expected"), [(1, 1), (50, 5), (90, 9), (91, 10), (100, 10)])
def test_nearest_rank(percent: float, expected: float) -> None:
    assert percentile([10, 9, 8, 7, 6, 5, 4, 3, 2, 1], percent) == expected


@pytest.mark.parametrize("percent", [0, -1, 101])
def test_what_is_no_percentile(percent: float) -> None:
    with pytest.raises(ValueError, match="percentile"):
        percentile([1.0], percent)


def test_nothing_has_no_percentile() -> None:
    with pytest.raises(ValueError, match="no values"):
        percentile([], 50)
