variable "r" {
 type = list(any)
 default = [{ n = "a", p = [1,2] }, { n = "b", p = ["x","y"] }]
}
variable "e" {
 type = map(map(any))
 default = { a = { x = 1 }, b = { y = "z", w = true } }
}
variable "bad" {
 type = any
 default = [{ a = 1 }, { b = 2 }]
}
output "r" { value = var.r }
output "e" { value = var.e }
output "bad" { value = [for b in var.bad : try(b.a, "none")] }
output "c" { value = concat(var.r, [{ n = 5, p = [] }]) }
output "eq" { value = var.r == tolist([]) }
