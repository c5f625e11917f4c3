from helpers import missing
def test_b(): pass
