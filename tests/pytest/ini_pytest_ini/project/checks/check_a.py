def check_one(): pass
def it_works(): pass
def item_no(): pass
def test_no(): pass
class CheckThing:
    def check_two(self): pass
    def it_three(self): pass
class MySuite:
    def check_four(self): pass
class TestNo:
    def check_five(self): pass
