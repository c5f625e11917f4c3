
variable "a" {
  type = string
  default = "x"
}
locals {
  l = 1
  k = 2
}
resource "terraform_data" "t" {
  input = { a = 1 }
  triggers_replace = "r"
}
output "o" { value = [var.a, local.l, local.k, terraform_data.t.input, terraform_data.t.triggers_replace] }
output "p" { value = "base" }
