"""Do the services know whether they are well?"""

from __future__ import annotations

import pytest

from netra_backend.health import check_all


@pytest.mark.smoke
class TestServiceHealth:
    def test_all_dependencies_answer(self) -> None:
        """A service whose dependencies answer is healthy."""
        report = check_all({"postgres": lambda: True, "redis": lambda: True})
        assert report.healthy
        assert report.checks == {"postgres": "ok", "redis": "ok"}

    def test_one_failing_dependency_is_named(self) -> None:
        """A dependency that does not answer is named."""
        report = check_all({"postgres": lambda: True, "redis": lambda: False})
        assert not report.healthy
        assert report.checks["redis"] == "failed"
