import pytest
@pytest.mark.known
@pytest.mark.with_args(1)
@pytest.mark.skip
@pytest.mark.registered
def test_a(): pass
