variable "unused" { type = list(string) }
output "x" { value = 1 }
