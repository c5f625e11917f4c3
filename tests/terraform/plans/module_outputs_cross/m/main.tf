variable "name" {}
variable "other" {}
output "name" { value = var.name }
output "other" { value = var.other }
output "id_of_none" { value = "none" }
