from __future__ import annotations

import pytest

from netra_backend.feature_flags import Flag

pytestmark = pytest.mark.unit


def test_a_growing_rollout_takes_nobody_out() -> None:
    users = [f"user-{index}" for index in range(500)]
    before = {user for user in users if Flag("new_editor", 20).enabled_for(user)}
    after = {user for user in users if Flag("new_editor", 60).enabled_for(user)}
    assert 0 < len(before) < len(after) < len(users)
    assert before <= after
