from base import SharedMore
import base
class Mixin:
    def test_mixin(self): pass
class TestA(Mixin, SharedMore):
    def test_own(self): pass
    test_over = None
class TestB(base.Shared):
    test_gone = lambda self: None
class TestOuter:
    class TestInner(Mixin):
        def test_in(self): pass
        class TestDeep:
            def test_deep(self): pass
    class Helper:
        def test_no(self): pass
class TestStatic:
    @staticmethod
    def test_s(): pass
    @classmethod
    def test_c(cls): pass
    @property
    def test_p(self): return 1
