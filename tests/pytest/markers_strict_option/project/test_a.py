import pytest
@pytest.mark.unknown_mark
def test_a(): pass
