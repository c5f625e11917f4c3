variable "list" { type = list(string) }
output "list" { value = var.list }
