c = "bauto"
