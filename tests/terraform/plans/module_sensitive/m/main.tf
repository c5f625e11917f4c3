variable "secret" {
  type      = string
  sensitive = true
}
output "secret" {
  value     = var.secret
  sensitive = true
}
output "open" { value = nonsensitive(upper(var.secret)) }
