locals {
 a = 1
 a = 2
}
output "o" { value = local.a }
