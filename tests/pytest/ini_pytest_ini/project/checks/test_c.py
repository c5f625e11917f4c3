def check_no(): pass
