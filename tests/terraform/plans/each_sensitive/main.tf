variable "m" {
  type      = map(string)
  sensitive = true
}
resource "terraform_data" "b" {
  for_each = var.m
  input    = each.key
}
