variable "name" {}
variable "kept" {}
output "who" { value = "b ${var.name} ${var.kept}" }
