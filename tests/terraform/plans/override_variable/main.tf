variable "v" {
  type        = string
  default     = "1"
  description = "base"
}
variable "s" { default = "open" }
output "v" { value = var.v }
output "s" { value = nonsensitive(var.s) }
