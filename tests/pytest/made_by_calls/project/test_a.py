def make():
    def inner(): pass
    return inner
test_made = make()
class TestX:
    def test_plain(self): pass
setattr(TestX, "test_set", lambda self: None)
TestTyped = type("TestTyped", (), {"test_t": lambda self: None})
