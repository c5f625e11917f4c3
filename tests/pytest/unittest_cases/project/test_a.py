import unittest
from unittest import TestCase as Case
class Odd(unittest.TestCase):
    def test_a(self): pass
    def testb(self): pass
    def helper(self): pass
    class TestInner:
        def test_no(self): pass
class Renamed(Case):
    def test_c(self): pass
class Derived(Odd):
    def test_d(self): pass
class WithRun(Case):
    def runTest(self): pass
class Empty(Case):
    def helper(self): pass
class Async(unittest.IsolatedAsyncioTestCase):
    async def test_e(self): pass
class WithInit(Case):
    def __init__(self, *args):
        super().__init__(*args)
    def test_f(self): pass
@unittest.skip("no")
class Skipped(Case):
    def test_g(self): pass
class NotHere(Case):
    __test__ = False
    def test_h(self): pass
class Attr(Case):
    test_value = 3
    test_lambda = lambda self: None
    def test_none(self): pass
    test_none.__test__ = False
