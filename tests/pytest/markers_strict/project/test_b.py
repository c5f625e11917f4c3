import pytest
@pytest.mark.unknown_mark
def test_b(): pass
