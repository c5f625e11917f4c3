class TestX:
    def __test_private(self): pass
    def _test_a(self): pass
    def test__b(self): pass
    test_é = lambda self: None
def test_ünïcode(): pass
