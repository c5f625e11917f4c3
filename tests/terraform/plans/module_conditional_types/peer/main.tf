variable "subnets" { type = map(string) }
resource "terraform_data" "peer" {
  for_each = var.subnets
  input    = cidrhost(each.value, 1)
}
output "names" { value = sort(keys(terraform_data.peer)) }
