resource "terraform_data" "a" {
  for_each = { x = 1, y = 2 }
  input    = each.value
}
resource "terraform_data" "b" {
  for_each         = terraform_data.a
  input            = each.value.input + 1
  triggers_replace = each.value.id
}
resource "terraform_data" "c" {
  for_each = { for key, own in terraform_data.a : key => own.id }
  input    = each.value
}
