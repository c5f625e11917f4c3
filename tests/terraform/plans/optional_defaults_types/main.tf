
variable "a" {
 type = object({ l = optional(list(string), ["x"]), m = optional(map(number), {k="1"}), o = optional(object({n=number}), {n="5"}), t = optional(tuple([string,number]), ["a",1]), b = optional(bool, "true"), s = optional(string, 12) })
 default = {}
}
output "a" { value = var.a }
output "js" { value = jsonencode(var.a) }
