def test_a(): pass
def test_a(): pass
def test_b(): pass
test_b = None
def test_c(): pass
del test_c
test_d = 1
def test_d(): pass
class TestX:
    def test_e(self): pass
    def test_e(self): pass
    def test_f(self): pass
    del test_f
class TestY:
    def test_g(self): pass
class TestY:
    def test_h(self): pass
