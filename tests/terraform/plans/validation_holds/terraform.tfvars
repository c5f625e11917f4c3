name  = "abc"
limit = 10
