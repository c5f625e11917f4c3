settings = {
  a = { size = "1", color = "red" }
  b = { size = 2, tags = ["x"], tag = ["y"] }
}
