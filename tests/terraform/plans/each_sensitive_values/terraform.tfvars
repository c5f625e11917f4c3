secret = "xyz"
