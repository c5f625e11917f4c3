from __future__ import annotations

import pytest

from netra_backend.feature_flags import FlagError, load

pytestmark = pytest.mark.unit


def test_named_users_see_it() -> None:
    flags = load("new_editor:\n  users: [user-1]\n")
    assert flags["new_editor"].enabled_for("user-1")
    assert not flags["new_editor"].enabled_for("user-2")


def test_all_users_see_a_full_rollout() -> None:
    flag = load("new_editor:\n  percent: 100\n")["new_editor"]
    assert all(flag.enabled_for(f"user-{index}") for index in range(50))


@pytest.mark.parametrize("text", ["- a", "a: {percent: 101}", "a: {percent: some}"])
def test_what_is_no_flag_file(text: str) -> None:
    with pytest.raises(FlagError):
        load(text)
