locals {
  a = 3
  b = { y = 2 }
}
