variable "name" {
  type = string
  validation {
    condition     = can(regex("^[a-z]+$", var.name))
    error_message = "Lower-case letters only, not ${var.name}."
  }
}
output "name" { value = var.name }
