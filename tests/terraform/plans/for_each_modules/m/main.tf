
variable "name" {}
variable "port" { type = number }
resource "terraform_data" "r" { input = "${var.name}:${var.port}" }
output "full" { value = terraform_data.r.input }
output "id" { value = terraform_data.r.id }
