import sys
collect_ignore = ["setup_test.py", "legacy"]
collect_ignore_glob = ["*_old.py", "gen/*"]
