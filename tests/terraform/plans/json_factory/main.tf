locals {
  files = fileset("${path.module}/data", "*.json")
  data  = { for file in local.files : trimsuffix(file, ".json") => jsondecode(file("${path.module}/data/${file}")) }
}
resource "terraform_data" "each" {
  for_each = local.data
  input    = { name = each.key, size = try(each.value.size, 1), tags = lookup(each.value, "tags", []) }
}
