variable "services" {
  type = map(object({
    memory  = optional(string, "512Mi")
    egress  = optional(string)
    scaling = optional(object({ min = optional(number, 1), max = optional(number, 3) }), {})
    tags    = optional(list(string), [])
  }))
}
variable "environment" {
  type    = string
  default = "staging"
}
variable "cidr" {
  type    = string
  default = "10.8.0.0/20"
}
variable "flag" {
  type     = bool
  default  = true
  nullable = false
}
variable "mixed" {
  type    = any
  default = { a = [1, "x"], b = null }
}
variable "tuple" {
  type    = tuple([string, number])
  default = [1, "2"]
}
variable "numbers" {
  type    = set(number)
  default = [3, "1", 2, 1]
}

locals {
  prefix   = "netra-${var.environment}"
  defaults = { memory = "256Mi", cpu = 1 }
  merged = {
    for name, own in var.services : name => merge(local.defaults, {
      for key, value in own : key => value if value != null && key != "scaling"
    })
  }
  subnets    = { for at, name in ["a", "b", "c"] : name => cidrsubnet(var.cidr, 8, at) }
  enabled    = [for name, own in var.services : name if own.scaling.max > 3]
  by_memory  = { for name, own in var.services : own.memory => name... }
  flat       = flatten([for name, own in var.services : [for tag in own.tags : { service = name, tag = tag }]])
  flat_index = { for entry in local.flat : "${entry.service}/${entry.tag}" => entry }
  choice     = var.flag ? { kind = "on" } : null
  first      = try(var.mixed.b.c, var.mixed.a[1], "none")
  json       = jsonencode({ services = keys(var.services), cidr = var.cidr })
  script     = <<-EOT
    #!/bin/sh
    %{ for name, own in var.services ~}
    deploy ${name} --memory ${own.memory}%{ if own.egress != null } --egress ${own.egress}%{ endif }
    %{ endfor ~}
  EOT
}

resource "terraform_data" "counted" {
  count = length(var.services)
  input = "${local.prefix}-${count.index}"
}
resource "terraform_data" "each" {
  for_each = var.services
  input    = { name = each.key, memory = each.value.memory, peers = [for other in keys(var.services) : other if other != each.key] }
}
resource "terraform_data" "off" {
  count = var.flag ? 0 : 1
  input = "off"
}

module "child" {
  source   = "./child"
  for_each = toset([for name, own in var.services : name if own.egress != null])
  name     = each.key
  settings = { size = length(var.services[each.key].tags) }
}
module "twice" {
  source = "./child"
  count  = 2
  name   = "twice-${count.index}"
}

output "prefix" { value = local.prefix }
output "services" { value = var.services }
output "merged" { value = local.merged }
output "subnets" { value = local.subnets }
output "enabled" { value = local.enabled }
output "by_memory" { value = local.by_memory }
output "flat" { value = local.flat }
output "flat_index" { value = local.flat_index }
output "choice" { value = local.choice }
output "first" { value = local.first }
output "json" { value = local.json }
output "script" { value = local.script }
output "counted" { value = terraform_data.counted[*].input }
output "counted_last" { value = terraform_data.counted[length(terraform_data.counted) - 1].input }
output "each" { value = { for key, own in terraform_data.each : key => own.input } }
output "each_names" { value = [for own in values(terraform_data.each) : own.input.name] }
output "each_one" { value = terraform_data.each["api"].input.peers }
output "off" { value = one(terraform_data.off[*].input) }
output "off_try" { value = try(terraform_data.off[0].input, "fallback") }
output "child" { value = { for key, own in module.child : key => own.summary } }
output "child_whole" { value = module.child["api"] }
output "twice" { value = module.twice[*].summary.name }
output "leaf" { value = module.twice[1].leaf }
output "mixed" { value = var.mixed }
output "tuple" { value = var.tuple }
output "numbers" { value = var.numbers }
output "paths" { value = [path.root, path.module] }
output "product" { value = [for pair in setproduct(keys(var.services), ["r1", "r2"]) : join("/", pair)] }
output "conditional_list" { value = var.flag ? ["a", 1] : [] }
output "zip" { value = zipmap(keys(local.subnets), values(local.subnets)) }
output "lookup" { value = lookup(local.subnets, "z", "default") }
output "sorted" { value = sort(distinct([for own in values(var.services) : own.memory])) }
output "sum" { value = sum([for own in values(var.services) : own.scaling.max]) }
output "chunks" { value = chunklist(keys(var.services), 2) }
output "template" { value = templatefile("${path.module}/banner.tftpl", { names = keys(var.services), prefix = local.prefix }) }
