variable "value" {}
output "echo" { value = "<${var.value}> in ${path.module}" }
