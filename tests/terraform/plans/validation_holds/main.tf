variable "name" {
  type = string
  validation {
    condition     = can(regex("^[a-z]+$", var.name))
    error_message = "Lower-case letters only."
  }
  validation {
    condition     = length(var.name) < var.limit
    error_message = "Too long."
  }
}
variable "limit" { type = number }
output "name" { value = var.name }
