import sys
collect_ignore = ["never"]
if sys.version_info < (3, 0):
    collect_ignore.append("test_a.py")
if sys.version_info >= (3, 0):
    collect_ignore.append("test_b.py")
