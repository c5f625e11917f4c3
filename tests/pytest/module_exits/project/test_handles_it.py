import pytest

try:
    pytest.exit("nothing to wait for")
except Exception:
    reason = "handled"


def test_runs():
    assert reason == "handled"


class TestInside:
    def test_exits_when_it_runs(self):
        pytest.exit("only now")
