variable "a" {
  default  = null
  nullable = false
}
output "x" { value = 1 }
