from __future__ import annotations

import pytest

from test_framework.test_context import TestContext

pytestmark = pytest.mark.unit


def test_things_are_undone_last_first() -> None:
    undone: list[str] = []
    context = TestContext("x")
    context.on_close(lambda: undone.append("first"))
    context.on_close(lambda: undone.append("second"))
    context.close()
    context.close()
    assert undone == ["second", "first"]
