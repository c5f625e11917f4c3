variable "m" {
  type    = map(string)
  default = null
}
resource "terraform_data" "b" {
  for_each = var.m
  input    = each.key
}
