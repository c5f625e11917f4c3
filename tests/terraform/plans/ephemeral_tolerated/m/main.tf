variable "token" {
  type      = string
  ephemeral = true
}
output "fixed" { value = "fixed" }
