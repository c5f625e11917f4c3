number = "12"
