variable "services" {
  type = map(object({
    image = string
    env   = optional(map(string), {})
    scale = optional(object({ min = optional(number, 0), max = optional(number, 3) }), {})
  }))
}
module "service" {
  source   = "./service"
  for_each = var.services
  name     = each.key
  config   = each.value
}
output "scales" { value = { for key, own in module.service : key => own.scale } }
