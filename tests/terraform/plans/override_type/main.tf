variable "a" {
 type = string
 default = "1"
}
output "o" { value = var.a }
