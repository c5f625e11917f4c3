import pytest
pytestmark = [pytest.mark.known, pytest.mark.other]
def test_c(): pass
