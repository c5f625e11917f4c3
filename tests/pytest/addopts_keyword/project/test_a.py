import pytest
def test_fast(): pass
def test_fast_slow(): pass
def test_other(): pass
@pytest.mark.wip
def test_fast_wip(): pass
