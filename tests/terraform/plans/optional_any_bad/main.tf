variable "v" {
 type = map(object({ a = optional(any) }))
 default = { p = { a = [1] }, q = {}, r = { a = "x" } }
}
output "v" { value = var.v }
