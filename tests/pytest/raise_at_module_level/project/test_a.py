raise RuntimeError("no")
def test_a(): pass
