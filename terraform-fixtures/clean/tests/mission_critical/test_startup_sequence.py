"""A service refuses to start half configured."""

from __future__ import annotations

import pytest

from netra_backend.config import ConfigError
from test_framework.ssot.base_test_case import SSotBaseTestCase

pytestmark = pytest.mark.mission_critical


class TestStartupSequence(SSotBaseTestCase):
    def test_a_complete_environment_starts(self) -> None:
        assert self.settings().postgres_host == "10.64.0.3"

    @pytest.mark.parametrize("name", ["POSTGRES_HOST", "REDIS_HOST", "CLICKHOUSE_HOST"])
    def test_each_host_is_needed(self, name: str) -> None:
        self.set_env(name, "")
        with pytest.raises(ConfigError, match=name):
            self.settings()
