variable "n" {
  type = number
  validation {
    condition     = var.n > 0
    error_message = "Positive."
  }
}
output "n" { value = var.n * 10 }
