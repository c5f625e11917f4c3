from helper import value
def test_a(): pass
