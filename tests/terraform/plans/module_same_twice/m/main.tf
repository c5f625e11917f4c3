variable "n" {}
resource "terraform_data" "n" { input = var.n }
output "n" { value = terraform_data.n.input }
