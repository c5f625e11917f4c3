variable "nullable" { default = "d" }
variable "strict" {
  default  = "d"
  nullable = false
}
variable "typed" {
  type    = object({ a = optional(string, "da"), b = optional(list(number), [1]) })
  default = {}
}
output "all" { value = { nullable = var.nullable, strict = var.strict, typed = var.typed } }
