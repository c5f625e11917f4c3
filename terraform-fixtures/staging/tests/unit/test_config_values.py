from __future__ import annotations

import pytest

from test_framework.ssot.base_test_case import SSotBaseTestCase

pytestmark = pytest.mark.unit


class TestConfigValues(SSotBaseTestCase):
    def test_workers_are_read(self) -> None:
        self.set_env("WORKERS", "4")
        assert self.settings().workers == 4

    def test_redis_url_has_the_port(self) -> None:
        self.set_env("REDIS_PORT", "6380")
        assert self.settings().redis_url.endswith(":6380/0")
