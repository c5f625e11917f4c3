def test_lc(): pass
