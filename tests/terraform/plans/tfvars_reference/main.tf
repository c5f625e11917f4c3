variable "a" {}
variable "b" { default = 1 }
output "a" { value = var.a }
