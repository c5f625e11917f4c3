locals { x = 5 }
