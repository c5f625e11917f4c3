def test_d(:
