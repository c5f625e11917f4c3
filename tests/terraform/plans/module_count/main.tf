variable "on" { type = bool }
module "some" {
  source = "./m"
  count  = var.on ? 2 : 0
  index  = count.index
}
module "none" {
  source = "./m"
  count  = var.on ? 0 : 1
  index  = 0
}
output "some" { value = module.some[*].text }
output "none" { value = one(module.none[*].text) }
output "first" { value = try(module.none[0].text, "fallback") }
output "last" { value = module.some[length(module.some) - 1].text }
