cost = 12
