import pytest
@pytest.mark.parametrize("nope", [1, 2])
def test_a(): pass
