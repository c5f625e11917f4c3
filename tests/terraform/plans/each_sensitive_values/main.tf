variable "secret" {
  type      = string
  sensitive = true
}
resource "terraform_data" "b" {
  for_each         = { a = var.secret, b = "plain" }
  input            = each.key
  triggers_replace = { has = length(each.value) > 1 }
}
