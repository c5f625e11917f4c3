variable "unused" { type = map(string) }
output "x" { value = 1 }
