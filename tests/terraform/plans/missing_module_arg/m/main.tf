variable "a" {}
output "a" { value = 1 }
