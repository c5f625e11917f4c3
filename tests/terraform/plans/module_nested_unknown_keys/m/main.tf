variable "value" {}
locals { prefixed = "p-${var.value}" }
resource "terraform_data" "own" {
  input            = local.prefixed
  triggers_replace = startswith(local.prefixed, "p-")
}
output "value" { value = terraform_data.own.input }
output "constant" { value = length([terraform_data.own.id]) }
