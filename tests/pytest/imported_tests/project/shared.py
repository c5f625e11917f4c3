import pytest
def test_shared(): pass
def helper(): pass
class TestShared:
    def test_in(self): pass
class Case:
    def test_no(self): pass
_all = 1
