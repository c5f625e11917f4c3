variable "a" { type=string }
variable "b" { type=string }
variable "l" { type=list(string) }
variable "o" { type=object({n=string,d=optional(string,"dd")}) }
output "k" { value="${var.b}!" }
output "a" { value=var.a }
output "l" { value=var.l[1] }
output "od" { value=var.o.d }
output "c" { value=length(var.l) }
output "w" { value = var.a == null }
