variable "id" {
  type = string
  validation {
    condition     = length(var.id) > 3
    error_message = "Too short."
  }
}
output "id" { value = var.id }
output "fixed" { value = "fixed" }
