variable "loose" { type = map(any) }
output "loose" { value = var.loose }
