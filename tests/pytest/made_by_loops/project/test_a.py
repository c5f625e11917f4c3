def make(number):
    def test(): pass
    return test
for number in range(2):
    globals()[f"test_{number}"] = make(number)
def test_plain(): pass
