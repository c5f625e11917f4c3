variable "name" {}
variable "kept" {}
output "who" { value = "a ${var.name} ${var.kept}" }
