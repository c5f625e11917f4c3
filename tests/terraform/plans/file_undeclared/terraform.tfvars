known   = 2
unheard = { a = 1 }
