__test__ = False
def test_f(): pass
