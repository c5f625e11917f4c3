
locals { svcs = { api = { port = 80 }, web = { port = 81 } } }
module "s" {
  for_each = local.svcs
  source = "./m"
  name = each.key
  port = each.value.port
}
output "names" { value = { for k, m in module.s : k => m.full } }
output "one" { value = module.s["api"].full }
output "vals" { value = values(module.s)[*].full }
output "ks" { value = keys(module.s) }
output "ids" { value = module.s["api"].id }
output "idlist" { value = [for m in module.s : m.id] }
