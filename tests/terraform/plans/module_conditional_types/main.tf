variable "subnets" {
  type = map(object({
    cidr   = string
    region = optional(string, "r1")
    ranges = optional(list(object({ name = string, cidr = string })), [])
  }))
}
locals {
  flat = flatten([for name, own in var.subnets : [for range in own.ranges : { key = "${name}-${range.name}", cidr = range.cidr }]])
}
resource "terraform_data" "subnet" {
  for_each = var.subnets
  input    = merge(each.value, { name = each.key })
}
resource "terraform_data" "range" {
  for_each         = { for own in local.flat : own.key => own }
  input            = each.value.cidr
  triggers_replace = [for subnet in terraform_data.subnet : subnet.id]
}
module "peer" {
  source  = "./peer"
  count   = length(var.subnets) > 1 ? 1 : 0
  subnets = { for name, own in terraform_data.subnet : name => own.input.cidr }
}
output "peer" { value = one(module.peer[*].names) }
output "regions" { value = distinct([for own in var.subnets : own.region]) }
