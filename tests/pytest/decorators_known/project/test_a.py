import functools
from unittest import mock
import unittest
import pytest
@pytest.mark.skip
def test_skip(): pass
@pytest.mark.skipif(True, reason="x")
def test_skipif(): pass
@pytest.mark.xfail
def test_xfail(): pass
@mock.patch("os.getcwd")
def test_patched(patched): pass
@unittest.skip("no")
def test_unittest_skip(): pass
@pytest.mark.usefixtures("tmp_path")
class TestMarked:
    @pytest.mark.parametrize("a", [1, 2])
    def test_p(self, a): pass
