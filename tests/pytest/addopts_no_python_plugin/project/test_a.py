import unittest
def test_a(): pass
class TestB(unittest.TestCase):
    def test_b(self): pass
class Odd(unittest.TestCase):
    def test_c(self): pass
