import operator
@operator.methodcaller("__call__")
def test_called(): return None
def test_known(): pass
