unused = "text"
