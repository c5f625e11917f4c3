variable "n" { type = number }
resource "terraform_data" "b" {
  count = var.n
}
