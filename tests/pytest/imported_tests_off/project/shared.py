def test_shared(): pass
class TestShared:
    def test_in(self): pass
