import abc, enum, dataclasses
class TestInit:
    def __init__(self): pass
    def test_a(self): pass
class TestNew:
    def __new__(cls): return object.__new__(cls)
    def test_b(self): pass
class Base:
    def __init__(self): pass
class TestInherited(Base):
    def test_c(self): pass
class TestAbstract(abc.ABC):
    @abc.abstractmethod
    def test_d(self): pass
class TestConcrete(TestAbstract):
    def test_d(self): pass
class TestEnum(enum.Enum):
    A = 1
@dataclasses.dataclass
class TestData:
    a: int = 1
    def test_e(self): pass
class TestError(Exception):
    def test_f(self): pass
class TestOff:
    __test__ = False
    def test_g(self): pass
class TestOn(TestOff):
    __test__ = True
    def test_h(self): pass
class TestStillOff(TestOff):
    def test_i(self): pass
class NotNamed:
    def test_j(self): pass
class Forced:
    __test__ = True
    def test_k(self): pass
