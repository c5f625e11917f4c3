variable "n" {}
resource "terraform_data" "b" {
  count = var.n
  input = count.index * 2
}
output "ids" { value = length(terraform_data.b) }
output "inputs" { value = terraform_data.b[*].input }
