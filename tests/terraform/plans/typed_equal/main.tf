variable "l" {
 type = list(object({ a = string, b = optional(number) }))
 default = [{ a = "x" }]
}
output "e" { value = var.l == tolist([{ a = "x", b = null }]) }
output "f" { value = var.l[0] == { a = "x", b = null } }
output "g" { value = var.l[0].b == null }
output "h" { value = contains(var.l, { a = "x", b = null }) }
output "j" { value = distinct(concat(var.l, [{ a = "x", b = null }])) }
output "k" { value = true ? var.l : [] }
output "m" { value = length(setsubtract(toset(var.l), toset([{ a = "x", b = null }]))) }
output "n" { value = [var.l[0].b] == [null] }
