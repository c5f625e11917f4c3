import os
import sys
if sys.version_info >= (3, 8):
    def test_new(): pass
else:
    def test_old(): pass
if os.environ.get("NEVER_SET_ANYWHERE_X"):
    def test_maybe(): pass
if os.sep == "/":
    def test_both(): pass
else:
    def test_both(): pass
def test_plain(): pass
