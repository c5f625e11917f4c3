variable "settings" {
  type = map(object({ size = number, tags = optional(list(string), ["none"]) }))
}
resource "terraform_data" "each" {
  for_each = var.settings
  input    = each.value
}
