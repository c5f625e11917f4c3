variable "k" {}
output "k" { value=upper(var.k) }
output "p" { value=path.module }
