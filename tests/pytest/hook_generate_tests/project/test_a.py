def test_a(number): pass
