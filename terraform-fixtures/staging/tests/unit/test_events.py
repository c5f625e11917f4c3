from __future__ import annotations

import pytest

from netra_backend.analytics.events import Event, EventError

pytestmark = pytest.mark.unit


@pytest.mark.parametrize("name", ["thread.created", "agent_run.tool_called"])
def test_good_names(name: str) -> None:
    assert Event(name, "user-1", at=0).name == name


@pytest.mark.parametrize("name", ["", "thread", "Thread.created", "thread.", "thread..created"])
def test_bad_names(name: str) -> None:
    with pytest.raises(EventError):
        Event(name, "user-1", at=0)


def test_time_has_a_beginning() -> None:
    with pytest.raises(EventError, match="older"):
        Event("thread.created", "user-1", at=-1)
