variable "v" { default = "x" }
output "v" { value = var.v }
