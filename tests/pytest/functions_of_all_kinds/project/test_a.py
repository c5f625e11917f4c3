import functools
import pytest
async def test_async(): pass
def test_default(x=1): pass
test_lambda = lambda: None
test_number = 3
test_string = "x"
test_list = [1]
def _test_private(): pass
def test(): pass
def testing(): pass
def Test_upper(): pass
def helper(): pass
helper.__test__ = True
def test_off(): pass
test_off.__test__ = False
test_partial = functools.partial(helper)
test_alias = helper
test_class_alias = int
@pytest.fixture
def test_fixture(): return 1
@pytest.fixture()
def test_fixture_called(): return 1
fixture = pytest.fixture
@fixture
def test_fixture_alias(): return 1
@functools.lru_cache
def test_cached(): pass
