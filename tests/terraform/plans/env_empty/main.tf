variable "text" { default = "d" }
variable "number" {
  type    = number
  default = 1
}
output "text" { value = "<${var.text}>" }
