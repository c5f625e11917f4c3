import pytest
@pytest.mark.parametrize("a,b", [(1, 2), (3, 4)], ids=["x[y]", "z::w"])
def test_ids(a, b): pass
@pytest.mark.parametrize("a", [])
def test_empty(a): pass
@pytest.mark.parametrize("a", [1, 2])
@pytest.mark.parametrize("b", [1, 2])
def test_matrix(a, b): pass
@pytest.fixture(params=[1, 2])
def number(request): return request.param
def test_fixture_params(number): pass
