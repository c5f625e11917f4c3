from shared import test_shared, TestShared
def test_own(): pass
class TestOwn(TestShared):
    def test_more(self): pass
