locals {
  a = 1
  b = { x = 1 }
}
resource "terraform_data" "r" {
  input            = local.a
  triggers_replace = local.b
}
