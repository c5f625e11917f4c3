name = "ABC"
