import os

import pytest

if os.sep:
    ready = False

pytest.exit("not on this machine")


def test_never():
    assert ready
