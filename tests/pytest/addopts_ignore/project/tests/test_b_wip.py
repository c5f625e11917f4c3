def test_wip(): pass
