variable "id" { type = string }
variable "mixed" { type = object({ id = string, name = string }) }
variable "known" { type = number }
variable "listed" { type = list(string) }
resource "terraform_data" "own" {
  for_each = var.mixed
  input    = { key = each.key, value = each.value }
}
resource "terraform_data" "each" {
  count = length(var.listed)
  input = var.listed[count.index]
}
output "known" { value = var.known + 1 }
output "name" { value = var.mixed.name }
output "second" { value = var.listed[1] }
output "keys" { value = keys(terraform_data.own) }
