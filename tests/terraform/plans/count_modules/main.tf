
variable "on" { default = true }
module "a" {
  count = var.on ? 2 : 0
  source = "./m"
  i = count.index
}
module "b" {
  count = var.on ? 0 : 1
  source = "./m"
  i = 5
}
output "a" { value = module.a[*].i }
output "b" { value = one(module.b[*].i) }
output "c" { value = length(module.b) > 0 ? module.b[0].i : "none" }
output "d" { value = try(module.b[0].i, "t") }
output "e" { value = join(",", module.a.*.i) }
output "f" { value = concat(module.a[*].i, module.b[*].i) }
output "g" { value = module.a }
