
variable "a" { 
 type = any
 default = {x=[1,"a"],y=null} 
}
variable "b" { default = ["a",1] }
variable "c" {
 type = map(object({ z = any }))
 default = { p = { z = 1 }, q = { z = "s" } }
}
variable "d" {
  type = list(any)
  default = [{a=1},{a="x"}]
}
output "o" { value = [var.a,var.b,var.c,var.d] }
output "q" { value = var.b[1] == 1 }
output "r" { value = var.d[0].a == 1 }
