variable "a" { default = upper("x") }
output "o" { value = var.a }
