import pytest
class TestD:
    @pytest.mark.misspelt
    def test_d(self): pass
