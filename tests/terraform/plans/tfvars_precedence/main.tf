
variable "a" { default = "d" }
variable "b" { default = "d" }
variable "c" { default = "d" }
variable "l" { type = list(string) }
variable "n" { type = number }
variable "untyped" {}
output "o" { value = [var.a,var.b,var.c,var.l,var.n,var.untyped] }
