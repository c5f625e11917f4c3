from tests.helper import value
def test_b(): pass
