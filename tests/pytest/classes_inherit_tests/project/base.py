class Shared:
    def test_shared(self): pass
    def test_over(self): pass
    test_gone = None
class SharedMore(Shared):
    def test_more(self): pass
