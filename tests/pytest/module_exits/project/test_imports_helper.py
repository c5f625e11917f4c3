import helper_exits


def test_never():
    assert helper_exits
