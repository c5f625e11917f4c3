from app import x
from more import y
def test_a(): pass
