locals { x = "over" }
