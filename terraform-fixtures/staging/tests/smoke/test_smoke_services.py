"""Do the services know whether they are well?"""

from __future__ import annotations

import pytest


@pytest.mark.smoke
class TestServiceHealth:
    def test_all_dependencies_answer(self) -> None:
        """A service whose dependencies answer is healthy."""
        pass

    def test_one_failing_dependency_is_named(self) -> None:
        """A dependency that does not answer is named."""
        pass
