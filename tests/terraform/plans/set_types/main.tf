
variable "s" { type = set(string) }
variable "sn" { type = set(number) }
variable "m" { type = map(any) }
variable "la" { type = list(any) }
variable "t" { type = tuple([string, number, bool]) }
variable "so" { type = set(object({ a = string, b = optional(number, 3) })) }
output "o" { value = [var.s, var.sn, var.m, var.la, var.t, var.so] }
output "l" { value = [for x in var.sn : x] }
output "f" { value = [for x in var.so : x.b] }
output "y" { value = tolist(var.s)[0] }
output "len" { value = length(var.so) }
