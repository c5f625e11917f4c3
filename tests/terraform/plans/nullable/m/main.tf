
variable "a" { 
 default = "da" 
 nullable = false
}
variable "b" { default = "db" }
variable "c" {
  type = object({x=optional(string,"q")})
  default = null
}
variable "d" {
  type = list(string)
  default = []
  nullable = false
}
output "a" { value = var.a }
output "b" { value = var.b }
output "c" { value = var.c }
output "d" { value = var.d }
output "e" { value = var.b == null ? "null" : "not" }
