variable "i" {}
output "i" { value = var.i }
